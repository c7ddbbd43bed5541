"use strict";
// The dashboard chooses, draws and lists what the page holds. It works nothing out and asks for nothing.

const DATA = JSON.parse(document.getElementById("data").textContent);
const BASES = {
  month: "in the month", quarter: "in the quarter", year_to_date: "year to date",
  rolling_12_months: "in 12 months", point_in_time: "at the month end",
};
const BESIDE = {
  none: "Nothing", last_year: "The same time last year", target: "Target or agreed band", england: "England",
  region: "Region", neighbours: "Statistical neighbours (mean)",
};
// where each stands in a point: publication/reports/dashboard.py lays them out
const AT = {
  period: 0, value: 1, words: 2, numerator: 3, denominator: 4, state: 5, rag: 6, sentence: 7, target: 8, upper: 10,
  england: 12, region: 14, neighbours: 16,
};
const UNITS = {
  percent: "%", per_10k: "per 10,000 children", days: "days", gbp: "£", fte: "full-time equivalents",
  count: "number", ratio: "ratio",
};
const MONTH = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });
const SHORT = new Intl.DateTimeFormat("en-GB", { month: "short", timeZone: "UTC" });
const NUMBER = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 6 });
const SVG = "http://www.w3.org/2000/svg";

const INDICATORS = new Map(DATA.indicators.map(([id, title, area, unit, basis]) => [id, { id, title, area, unit, basis }]));
const NAMES = new Map(DATA.authorities);
const SERIES = new Map(DATA.series.map(([authority, indicator, basis, kind, part, title, points]) => [
  [authority, indicator, basis, kind, part].join("|"), { authority, indicator, basis, kind, part, title, points },
]));
const seriesOf = (authority, indicator, basis, kind, part) =>
  SERIES.get([authority, indicator, basis, kind, part].join("|"));
const field = (name) => document.getElementById(name);
const month = (place) => MONTH.format(new Date(DATA.periods[place]));
const at = (point, name) => point[AT[name]] ?? null;

function element(name, attributes = {}, ...within) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...within);
  return made;
}

function drawn(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function fill(name, options, chosen) {
  const groups = new Map();
  for (const [value, text, group] of options) {
    if (!groups.has(group)) groups.set(group, group ? element("optgroup", { label: group }) : document.createDocumentFragment());
    groups.get(group).append(element("option", { value }, text));
  }
  field(name).replaceChildren(...groups.values());
  const known = options.map(([value]) => value);
  field(name).value = known.includes(chosen) ? chosen : known[0];
  return field(name).value;
}

// ---- what is chosen: the address after # says it, so that a view can be sent on

const first = () => [...INDICATORS.values()].find((one) =>
  DATA.series.some((series) => series[1] === one.id && series[6].some((point) => at(point, "value") !== null)));

function asked() {
  return Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
}

function choose() {
  const wish = asked();
  const authority = fill("authority", DATA.authorities, wish.authority);
  field("place-of-authority").hidden = DATA.authorities.length === 1;
  const indicator = fill("indicator", [...INDICATORS.values()].map((one) => [one.id, one.title, one.area]),
    wish.indicator ?? first()?.id);
  const own = [...SERIES.values()].filter((one) => one.indicator === indicator && one.authority === authority);
  const bases = Object.keys(BASES).filter((basis) => own.some((one) => one.basis === basis));
  const about = INDICATORS.get(indicator);
  const basis = fill("basis", bases.map((one) => [one, BASES[one]]), bases.includes(wish.basis) ? wish.basis : about.basis);
  const parts = own.filter((one) => one.basis === basis)
    .sort((one, other) => (other.kind === "all") - (one.kind === "all"));
  fill("part", parts.map((one) => [`${one.kind}|${one.part}`, one.kind === "all" ? "Total" : one.title,
    one.kind === "all" ? "" : DATA.parts[one.kind] ?? one.kind]), wish.part);
  const [kind, part] = field("part").value.split("|");
  const series = seriesOf(authority, indicator, basis, kind, part);
  const held = series ? series.points.map((point) => at(point, "period")) : [];
  const months = held.map((place) => [DATA.periods[place].slice(0, 7), month(place)]);
  fill("since", months, wish.since ?? months[Math.max(0, months.length - 13)]?.[0]);
  const last = months[months.length - 1]?.[0];
  fill("until", months, months.some(([one]) => one === wish.until) ? wish.until : last);
  const others = DATA.authorities.filter(([code]) => code !== authority).map(([code, name]) => [`la-${code}`, name, "Another authority"]);
  fill("beside", [...Object.entries(BESIDE).filter(([name]) => DATA.edition !== "public" || !["target", "neighbours"].includes(name))
    .map(([name, text]) => [name, text, ""]), ...others], wish.beside);
  show(about, series);
}

function view() {
  const chosen = {};
  for (const name of ["authority", "indicator", "basis", "part", "since", "until", "beside"]) chosen[name] = field(name).value;
  return `#${new URLSearchParams(chosen)}`;
}

// ---- what stands beside a figure: a value and its words, or nothing

function besideOf(series, point) {
  const chosen = field("beside").value;
  const pair = (name) => [at(point, name), point[AT[name] + 1] ?? null];
  if (chosen === "none") return [null, null];
  if (chosen === "target") {
    const [lower, words] = pair("target");
    const [upper, upperWords] = pair("upper");
    return upper === null ? [lower, words] : [lower, `${words} to ${upperWords}`];
  }
  if (chosen in BESIDE && chosen !== "last_year") return pair(chosen);
  const year = chosen === "last_year" ? 1 : 0;
  const period = DATA.periods[at(point, "period")];
  const wanted = `${Number(period.slice(0, 4)) - year}${period.slice(4, 7)}`;
  const other = year ? series
    : seriesOf(chosen.slice(3), series.indicator, series.basis, series.kind, series.part);
  const found = other?.points.find((one) => DATA.periods[at(one, "period")].startsWith(wanted));
  return found ? [at(found, "value"), at(found, "words")] : [null, null];
}

function besideName() {
  return field("beside").selectedOptions[0].textContent;
}

// ---- the chart

function ticks(lowest, highest) {
  if (highest - lowest < 1e-9) [lowest, highest] = [lowest - 1, highest + 1];
  let step = 10 ** Math.floor(Math.log10((highest - lowest) / 4));
  step *= [1, 2, 5, 10].find((size) => step * size * 4 >= highest - lowest);
  const rungs = [];
  for (let n = Math.floor(lowest / step); n <= Math.ceil(highest / step); n += 1) rungs.push(n * step);
  return rungs;
}

function runs(values, x, y) {
  let path = "";
  values.forEach((value, place) => {
    if (value !== null) path += `${place && values[place - 1] !== null ? "L" : "M"}${x(place)} ${y(value)}`;
  });
  return path;
}

function chart(about, series, points) {
  // drawn to the width that there is, so that its words stay as large as the page's; on a phone the lines are named above
  const width = Math.max(300, Math.min(field("chart").clientWidth || 860, 1100));
  const isWide = width >= 560;
  const [height, left, right, top, bottom] = [320, 70, isWide ? 180 : 20, isWide ? 16 : 52, 46];
  const own = points.map((point) => at(point, "value"));
  const beside = points.map((point) => besideOf(series, point)[0]);
  const known = [...own, ...beside].filter((value) => value !== null);
  if (!known.length) return element("p", {}, "There is no figure to draw in these months.");
  const start = about.unit === "count" || about.unit === "percent" ? Math.min(0, ...known) : Math.min(...known);
  const rungs = ticks(start, Math.max(...known));
  const x = (place) => Math.round(10 * (left + place * (width - left - right) / Math.max(points.length - 1, 1))) / 10;
  const y = (value) => Math.round(10 * (height - bottom - (value - rungs[0]) / (rungs[rungs.length - 1] - rungs[0]) * (height - top - bottom))) / 10;
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": inWords(about, points, beside) });
  for (const rung of rungs) {
    svg.append(drawn("line", { class: "rung", x1: left, x2: width - right, y1: y(rung), y2: y(rung) }));
    const sign = { percent: ["", "%"], gbp: [rung < 0 ? "-£" : "£", ""] }[about.unit] ?? ["", ""];
    svg.append(drawn("text", { x: left - 8, y: y(rung) + 4, "text-anchor": "end" },
      `${sign[0]}${NUMBER.format(about.unit === "gbp" ? Math.abs(rung) : rung)}${sign[1]}`));
  }
  const every = Math.ceil(points.length * 42 / (width - left - right));
  points.forEach((point, place) => {
    if ((points.length - 1 - place) % every) return;
    const day = new Date(DATA.periods[at(point, "period")]);
    svg.append(drawn("text", { x: x(place), y: height - bottom + 18, "text-anchor": "middle" }, SHORT.format(day)));
    svg.append(drawn("text", { x: x(place), y: height - bottom + 34, "text-anchor": "middle" }, day.getUTCFullYear()));
  });
  if (beside.some((value) => value !== null)) {
    svg.append(drawn("path", { class: "beside", d: runs(beside, x, y) }));
    beside.forEach((value, place) => value !== null
      && svg.append(drawn("rect", { class: "beside", x: x(place) - 3, y: y(value) - 3, width: 6, height: 6 })));
  }
  svg.append(drawn("path", { class: "own", d: runs(own, x, y) }));
  own.forEach((value, place) => value !== null && svg.append(drawn("circle", { cx: x(place), cy: y(value), r: 4 })));
  const newest = (values) => values.reduce((found, value, place) => (value === null ? found : place), -1);
  let written = 0;
  const heights = [];
  for (const [values, name, css] of [[own, NAMES.get(series.authority), "own-words"], [beside, besideName(), "beside-words"]]) {
    const place = newest(values);
    if (place < 0) continue;
    if (!isWide) {
      written += 18;
      svg.append(drawn("text", { class: css, x: left, y: written }, name));
      continue;
    }
    let level = y(values[place]) + 4;
    if (heights.some((one) => Math.abs(one - level) < 16)) {
      const isBelow = level >= heights[0] && heights[0] + 16 < height - bottom;
      level = heights[0] + (isBelow ? 16 : -16);
    }
    heights.push(level);
    svg.append(drawn("text", { class: css, x: x(place) + 10, y: level }, name.length > 20 ? `${name.slice(0, 19)}…` : name));
  }
  return svg;
}

function inWords(about, points, beside) {
  const given = points.filter((point) => at(point, "value") !== null);
  if (!given.length) return `${about.title}: no figure in these months.`;
  const byValue = [...given].sort((one, other) => at(one, "value") - at(other, "value"));
  const say = (point) => `${at(point, "words")} in ${month(at(point, "period"))}`;
  const count = beside.filter((value) => value !== null).length;
  return `Line chart of ${about.title}, ${points.length} periods. Lowest ${say(byValue[0])}, highest ${say(byValue[byValue.length - 1])}, `
    + `newest ${say(given[given.length - 1])}. ${field("beside").value === "none" ? "" : `${besideName()}: ${count} of ${points.length} periods have a figure. `}`
    + "The table below has every figure.";
}

// ---- the tables

const tag = (rag) => element("span", { class: `tag ${rag}` }, rag[0].toUpperCase() + rag.slice(1));
const counted = (value) => (value === null ? "-" : NUMBER.format(value));

function table(target, caption, headings, rows) {
  target.replaceChildren(
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, ...rows),
  );
}

function row([head, ...cells]) {
  return element("tr", {}, element("th", { scope: "row" }, head), ...cells.map((cell) => element("td", {}, cell)));
}

function show(about, series) {
  const until = field("until").value;
  const since = field("since").value;
  const points = series ? series.points.filter((point) => {
    const period = DATA.periods[at(point, "period")].slice(0, 7);
    return period >= since && period <= until;
  }) : [];
  const part = series && series.kind !== "all" ? `, ${series.title}` : "";
  field("title").textContent = `${about.title}${part}`;
  const newest = points[points.length - 1];
  const state = newest && at(newest, "state") !== "final" ? ` (${DATA.states[at(newest, "state")] ?? at(newest, "state")})` : "";
  const rag = newest ? at(newest, "rag") : null;
  field("newest").replaceChildren(
    points.length ? `${NAMES.get(series.authority)}, ${month(at(newest, "period"))}, ${BASES[series.basis]}: ${at(newest, "words")}${state} ` : "No month is chosen: the first is after the last. ",
    ...(rag ? [tag(rag)] : []));
  field("said").textContent = (newest && at(newest, "sentence")) ?? "";
  field("chart").replaceChildren(series ? chart(about, series, points) : "");
  const shown = field("beside").value;
  // the public pack prints neither what a figure is made of nor what it is judged by
  const isExact = DATA.edition !== "public";
  const headings = ["Period", `Figure (${UNITS[about.unit]})`, ...(isExact ? ["Counted", "Out of", "Against target"] : []),
    ...(shown === "none" ? [] : [besideName()]), "State of the month"];
  table(field("rows"), `${about.title}${part}, ${BASES[field("basis").value]}`, headings, [...points].reverse().map((point) => row([
    month(at(point, "period")), at(point, "words"),
    ...(isExact ? [counted(at(point, "numerator")), counted(at(point, "denominator")), at(point, "rag") ? tag(at(point, "rag")) : "-"] : []),
    ...(shown === "none" ? [] : [besideOf(series, point)[1] ?? "-"]),
    DATA.states[at(point, "state")] ?? "-",
  ])));
  field("link").href = view();
  listAll(series?.authority ?? field("authority").value, until);
}

function sparkline(values) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return "";
  const [lowest, highest] = [Math.min(...known), Math.max(...known)];
  const svg = drawn("svg", { viewBox: "0 0 112 24", "aria-hidden": "true", focusable: "false" });
  const y = (value) => (highest === lowest ? 12 : 21 - 18 * (value - lowest) / (highest - lowest));
  svg.append(drawn("path", { d: runs(values, (place) => 2 + place * 108 / Math.max(values.length - 1, 1), y) }));
  return svg;
}

function listAll(authority, until) {
  const rows = [];
  let area = null;
  for (const about of INDICATORS.values()) {
    const series = seriesOf(authority, about.id, about.basis, "all", "all");
    const points = (series?.points ?? []).filter((point) => DATA.periods[at(point, "period")].slice(0, 7) <= until);
    if (!points.length) continue;
    if (about.area !== area) {
      area = about.area;
      rows.push(element("tr", { class: "area" }, element("th", { colspan: 5, scope: "rowgroup" }, area)));
    }
    const newest = points[points.length - 1];
    const target = new URLSearchParams({ authority, indicator: about.id, beside: field("beside").value });
    rows.push(row([
      element("a", { href: `#${target}` }, about.title), at(newest, "words"), at(newest, "rag") ? tag(at(newest, "rag")) : "-",
      newest[AT.england + 1] ?? "-", sparkline(points.slice(-13).map((point) => at(point, "value"))),
    ]));
  }
  table(field("all"), `Every indicator, ${until ? MONTH.format(new Date(`${until}-01`)) : "no month"}`,
    ["Indicator", "Figure", "Against target", "England", "Last 13 periods"], rows);
}

// ---- the rows as a file

function cell(value) {
  if (value === null || value === undefined) return "";
  // no text can be taken for a formula
  const text = typeof value === "number" ? String(value) : String(value).replace(/^(\s*[=+\-@\t\r])/, "'$1");
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function download() {
  const [kind, part] = field("part").value.split("|");
  const about = INDICATORS.get(field("indicator").value);
  const series = seriesOf(field("authority").value, about.id, field("basis").value, kind, part);
  const heading = ["la_code", "la_name", "indicator_id", "title", "unit", "period_basis", "period_end", "breakdown_type", "breakdown_value",
    "numerator", "denominator", "value", "value_words", "rag_status", "compared_with", "compared_value", "month_state"];
  const lines = series.points.filter((point) => {
    const period = DATA.periods[at(point, "period")].slice(0, 7);
    return period >= field("since").value && period <= field("until").value;
  }).map((point) => [
    series.authority, NAMES.get(series.authority), about.id, about.title, about.unit, series.basis, DATA.periods[at(point, "period")],
    series.kind, series.part, at(point, "numerator"), at(point, "denominator"), at(point, "value"), at(point, "words"),
    at(point, "rag"), field("beside").value, besideOf(series, point)[0], at(point, "state"),
  ]);
  const text = [heading, ...lines].map((line) => line.map(cell).join(",")).join("\r\n");
  const link = element("a", {
    href: URL.createObjectURL(new Blob([`\ufeff${text}\r\n`], { type: "text/csv" })),
    download: `${about.id}-${series.authority}-${field("until").value}.csv`,
  });
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(link.href);
}

field("choose").addEventListener("change", () => { location.hash = view(); });
field("choose").addEventListener("submit", (event) => event.preventDefault());
field("download").addEventListener("click", download);
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); field("main").focus(); });
window.addEventListener("resize", choose);
window.addEventListener("hashchange", () => {
  const away = document.activeElement?.closest("#all");
  choose();
  if (away) { field("main").focus(); field("title").scrollIntoView(); }
});
choose();
