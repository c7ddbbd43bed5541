"""Every number of the report, in each format, against the marts. Aim: none different.

What a figure should read as is worked out by SQL from the marts, with no code of the report's. The page and
the workbook are compared cell by cell, the sentences with the marts' own, the plain text line by line, the
PDF by all its numbers with the page's. England, regions and neighbours are compared where ../shared has DfE's
tables. The public edition is held against the public pack that the same release published.
"""

import re
import shutil
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
from lxml import etree, html
from pypdf import PdfReader

from ingest.paths import WarehousePaths
from synthetic import invent
from tests.conftest import SHARED
from tests.support.command import PUBLISHED, close, line_of_sight, refresh

MONTHS = [*(f"2023-{month:02d}" for month in range(3, 13)), *(f"2024-{month:02d}" for month in range(1, 13))]
MONTHS += ["2025-01", "2025-02", "2025-03"]
REAL = {"001": "372", "002": "884", "003": "857"}  # so that DfE's figures stand beside the invented ones
BENCHMARKS = ("ees_cin_2025", "ees_cla_2025", "ees_csww_2025", "neighbours")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
LABELS = {
    "target": "Target", "limits": "Agreed band", "milestone": "Milestone",
    "previous_month": "Since last month", "same_month_last_year": "Since last year", "signal": "Signal",
    "last_as_high_or_low": "Record", "england": "England", "neighbours_mean": "Neighbours",
    "own_peers_mean": "Own peers",
    "rank_england": "Rank",
}  # fmt: skip
STATUS = """
case {s} when 'not_submitted' then 'not submitted' when 'no_cases' then 'no cases'
    when 'insufficient_history' then 'records too short' when 'no_population' then 'no population'
    else '-' end
"""


def printed(value: str, unit: str = "unit") -> str:
    """SQL of a figure as it should be printed: rounded once, half away from zero."""
    one = f"round({value}::decimal(28, 9), 1)::double"
    return f"""
    case
        when {value} is null then null
        when {unit} = 'percent' then format('{{:,.1f}}%', {one})
        when {unit} = 'gbp'
            then replace(format('£{{:,.0f}}', round({value}::decimal(28, 9), 0)::double), '£-', '-£')
        when {unit} = 'count' and {value} = trunc({value}) then format('{{:,.0f}}', {value}::double)
        else format('{{:,.1f}}', {one})
    end
    """


MACROS = f"""
create macro printed(value, unit) as ({printed("value", "unit")});
create macro said(value, unit, s) as coalesce(printed(value, unit), {STATUS.format(s="s")});
create macro usual(x, unit, id) as case
    when unit = 'gbp' or id like '%net_change' or id = 'partner_cp_activity_change' then x
    when unit = 'percent' then greatest(0, least(100, x)) else greatest(0, x) end;
create temp table asked as select
    indicator_id, title, area, unit, bases,
    case when bases like '%point_in_time%' then 'point_in_time'
        when ' ' || bases || ' ' like '% month %' then 'month' else 'rolling_12_months' end as period_basis
from marts.dim_indicator;
"""

SUMMARY = """
with beside as (
    select indicator_id, period_basis, comparator, comparator_value as v, comparator_upper as u,
        difference as d, judgement as j, words
    from marts.fct_indicator_comparisons where la_code = $la and period_end = $month
),
figures as (
    from marts.fct_indicator_values
    where la_code = $la and period_end = $month and breakdown_type = 'all'
)
select
    asked.indicator_id, asked.title, asked.area, asked.period_basis,
    said(figures.value, unit, figures.value_status) as "This month", figures.value as value_now,
    coalesce(case
        when target.u is not null then printed(target.v, unit) || ' to ' || printed(target.u, unit)
        when target.words like '%no worker above%'
            then regexp_extract(target.words, 'no worker above [0-9.,]+ cases')
        when target.words like '%at most%' then 'at most ' || printed(target.v, unit)
        else 'at least ' || printed(target.v, unit) end, '-') as "Target",
    case when target.j in ('green', 'amber', 'red') then upper(target.j[1]) || target.j[2:] else '-' end
        as "Against target",
    case when change.d is null or change.j = 'not_comparable' then '-'
        when change.j = 'level' then 'no change' else case when change.d > 0 then '+' else '-' end
            || replace(printed(abs(change.d), unit), '%', ' points') || ' ' || change.j
        end as "Since last month",
    said(to_date.value, unit, to_date.value_status) as "Year to date", to_date.value as value_to_date,
    coalesce(printed(last_year.v, unit), '-') as "Same time last year",
    coalesce(printed(england.v, unit), '-') as "England", england.v as value_england,
    region.v as value_region,
    peers.v as value_neighbours, last_year.v as value_last_year,
    case when target.u is null then target.v end as value_target,
    case when change.j <> 'not_comparable' then change.d end as value_change,
    coalesce(printed(region.v, unit), '-') as "Region",
    coalesce(printed(peers.v, unit), '-') as "Neighbours",
    case spc.variation when 'common_cause' then 'No signal' when 'too_few_months' then 'Too few months'
        when 'higher' then 'Higher than before' when 'lower' then 'Lower than before' else '-'
        end as "Signal",
    figures.numerator, figures.denominator, unit
from asked
left join figures using (indicator_id, period_basis)
left join figures as to_date
    on to_date.indicator_id = asked.indicator_id and to_date.period_basis = 'year_to_date'
left join beside as target on target.indicator_id = asked.indicator_id
    and target.period_basis = asked.period_basis and target.comparator in ('target', 'limits')
left join beside as change on change.indicator_id = asked.indicator_id
    and change.period_basis = asked.period_basis and change.comparator = 'previous_month'
left join beside as last_year on last_year.indicator_id = asked.indicator_id
    and last_year.period_basis = 'year_to_date' and last_year.comparator = 'same_month_last_year'
left join beside as england on england.indicator_id = asked.indicator_id
    and england.period_basis = asked.period_basis and england.comparator = 'england'
left join beside as region on region.indicator_id = asked.indicator_id
    and region.period_basis = asked.period_basis and region.comparator = 'region'
left join beside as peers on peers.indicator_id = asked.indicator_id
    and peers.period_basis = asked.period_basis and peers.comparator = 'neighbours_mean'
left join marts.fct_indicator_spc as spc on spc.la_code = $la and spc.period_end = $month
    and spc.indicator_id = asked.indicator_id and spc.period_basis = asked.period_basis
"""
COLUMNS = (
    "This month", "Target", "Against target", "Since last month", "Year to date", "Same time last year",
    "England", "Region", "Neighbours", "Signal",
)  # fmt: skip

MONTHLY = """
select
    asked.indicator_id, figures.period_end, figures.value, spc.expected,
    usual(spc.lower_limit, unit, asked.indicator_id) as lower,
    usual(spc.upper_limit, unit, asked.indicator_id) as upper,
    said(figures.value, unit, figures.value_status) || case when is_revised then ' r' else '' end
    || case when variation in ('higher', 'lower') then ' ' || variation else '' end
        as shown,
    printed(spc.expected, unit) as expected_shown,
    printed(usual(spc.lower_limit, unit, asked.indicator_id), unit) as lower_shown,
    printed(usual(spc.upper_limit, unit, asked.indicator_id), unit) as upper_shown
from asked
inner join marts.fct_indicator_values as figures using (indicator_id, period_basis)
left join marts.fct_indicator_spc as spc using (la_code, indicator_id, period_basis, period_end)
left join marts.fct_indicator_revisions as revisions
    using (la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value)
where la_code = $la and breakdown_type = 'all'
order by asked.indicator_id, figures.period_end
"""

PARTS = """
select asked.indicator_id, list(printed(value, unit) order by breakdown_value) as shown
from asked inner join marts.fct_indicator_values as figures using (indicator_id, period_basis)
where la_code = $la and period_end = $month and breakdown_type <> 'all' and value is not null
group by all
"""

WORDS = """
select comparisons.indicator_id, comparisons.comparator, comparisons.words,
    comparisons.period_basis = asked.period_basis as is_lead
from marts.fct_indicator_comparisons as comparisons inner join asked using (indicator_id)
where la_code = $la and period_end = $month
    and (comparisons.period_basis = asked.period_basis or comparisons.period_basis = 'year_to_date')
"""

# the gravest first: as many as a page has, of the indicators of the report
HEADLINES = """
select headlines.indicator_id, printed(value, unit) as figure, numerator, denominator
from marts.rpt_headlines as headlines inner join asked using (indicator_id)
where la_code = $la and period_end = $month order by place limit 6
"""
TARGETS = """
select count(*) filter (where judgement = 'green') as met, count(*) as judged
from (
    select arg_max(judgement, comparator) as judgement
    from marts.fct_indicator_comparisons inner join asked using (indicator_id, period_basis)
    where la_code = $la and period_end = $month and comparator in ('target', 'limits')
        and judgement in ('green', 'amber', 'red')
    group by indicator_id
)
"""

# What the public pack of the release says, in the columns of SUMMARY and MONTHLY; it compares with nothing.
PUBLIC = """
with own as (
    select * exclude (breakdown) from pack.figures where area_code = $la and breakdown = 'all'
),
other as (
    select indicator_id, period_basis,
        max(value) filter (where area_code = 'E92000001') as england,
        max(value) filter (where area_code in (select region_code from pack.dim_area where area_code = $la))
            as region
    from pack.figures
    where period_end = $month and breakdown = 'all' and geographic_level <> 'Local authority'
    group by all
)
select
    indicator_id, title, area, period_basis, now.status,
    coalesce(printed(now.value, unit), now.status) as "This month",
    now.value as value_now, '-' as "Target", '-' as "Against target", '-' as "Since last month",
    coalesce(printed(to_date.value, unit), to_date.status, '-') as "Year to date",
    to_date.value as value_to_date, '-' as "Same time last year",
    coalesce(printed(england, unit), '-') as "England", england as value_england,
    coalesce(printed(region, unit), '-') as "Region", region as value_region,
    '-' as "Neighbours", null as value_neighbours, null as value_last_year, null as value_target,
    null as value_change, '-' as "Signal", null as numerator, null as denominator, unit
from asked
inner join (from own where period_end = $month) as now using (indicator_id, period_basis)
left join (from own where period_end = $month and period_basis = 'year_to_date') as to_date
    using (indicator_id)
left join other using (indicator_id, period_basis)
"""
PUBLIC_MONTHLY = """
select
    indicator_id, period_end, value, coalesce(printed(value, unit), status) as shown,
    null as expected, null as lower, null as upper
from asked inner join pack.figures using (indicator_id, period_basis)
where area_code = $la and breakdown = 'all' and period_end <= $month
order by indicator_id, period_end
"""
REASONS = {
    "not submitted": "Not submitted", "no cases": "No cases", "records too short": "Records too short",
    "no population": "No population on file", "c": "Hidden (c), as they could tell of a child",
    "left_out": "Left out, as they could tell of a child beside what was published",
    "low": "Rounds to nothing (low)", "z": "Nobody to count (z)",
    "x": "Not available (x), as nothing was submitted or the records are too short",
    "absent": "Not in the public pack",
}  # fmt: skip


class Tally:
    """How much was compared, by format, and what differed."""

    def __init__(self) -> None:
        self.compared: Counter[str] = Counter()
        self.different: dict[str, list[str]] = {}

    def same(self, kind: str, where: str, found: object, expected: object) -> None:
        self.compared[kind] += 1
        if found != expected:
            self.different.setdefault(kind, []).append(
                f"{where}: printed {found!r}, the marts say {expected!r}"
            )


class Expected:
    """What the marts, or the public pack, say of one authority and month."""

    def __init__(self, db: duckdb.DuckDBPyConnection, la: str, month: str, is_public: bool = False) -> None:
        def rows(sql: str) -> list[dict[str, Any]]:
            given = {name: value for name, value in (("la", la), ("month", month)) if f"${name}" in sql}
            return db.execute(sql, given).to_arrow_table().to_pylist()

        self.is_public = is_public
        self.lines = {row["indicator_id"]: row for row in rows(PUBLIC if is_public else SUMMARY)}
        for line in self.lines.values():  # the basis is said where it is neither the month nor its end
            is_rolling = line["period_basis"] == "rolling_12_months"
            line["titled"] = f"{line['title']} (12 months)" if is_rolling else line["title"]
        self.months: dict[str, list[dict]] = {}
        for row in rows(PUBLIC_MONTHLY if is_public else MONTHLY):
            self.months.setdefault(row["indicator_id"], []).append(row)
        self.parts: dict[str, list[str]] = {}
        self.words: dict[tuple[str, str, bool], str] = {}
        if is_public:
            return
        self.parts = {row["indicator_id"]: row["shown"] for row in rows(PARTS)}
        for indicator in self.parts:
            if self.lines[indicator]["unit"] == "percent":  # shares of a whole: the total is always 100%
                self.months.pop(indicator, None)
        self.words = {(r["indicator_id"], r["comparator"], r["is_lead"]): r["words"] for r in rows(WORDS)}
        self.headlines = rows(HEADLINES)
        [self.targets] = rows(TARGETS)

    @property
    def told(self) -> dict[str, dict[str, Any]]:
        """The lines that have a figure; the others stand in a line at the end of their section."""
        return {name: line for name, line in self.lines.items() if line["value_now"] is not None}

    def details(self, indicator: str) -> list[tuple[str, str]]:
        said = [
            (label, self.words[indicator, name, True])
            for name, label in LABELS.items()
            if (indicator, name, True) in self.words
        ]
        to_date = self.words.get((indicator, "same_month_last_year", False))
        return [*said, ("Year to date", to_date)] if to_date else said


def text_of(node: Any) -> str:
    return " ".join(node.text_content().split())


def compare_page(page: Any, expected: Expected, tally: Tally) -> None:
    """The page: its tables, charts, sentences and headlines."""
    seen = set()
    for table in page.cssselect("table.summary"):
        headings = [text_of(th) for th in table.cssselect("thead th")]
        for row in table.cssselect("tbody tr"):
            indicator = row.cssselect("a")[0].get("href")[1:]
            seen.add(indicator)
            printed_cells = dict(zip(headings[1:], map(text_of, row.cssselect("td")), strict=True))
            for heading in COLUMNS:  # a column that nothing of the area fills is not there
                found = printed_cells.get(heading, "-")
                tally.same("html", f"{indicator} {heading}", found, expected.lines[indicator][heading])
    tally.same("html", "indicators", seen, set(expected.told))
    for article in page.cssselect("article"):
        _compare_article(article, expected, tally)
    _compare_untold(page, expected, tally)
    _compare_headlines(page, expected, tally)


def _compare_untold(page: Any, expected: Expected, tally: Tally) -> None:
    """What has no figure, once in all, at the end of its section and under its reason."""
    found: dict[str, str] = {}
    for section in page.cssselect("section.full"):
        for said in section.cssselect("p.untold"):
            text = text_of(said)
            starts = sorted((text.find(f"{words}: "), words) for words in REASONS.values())
            for number, (start, words) in enumerate(starts):
                if start < 0:
                    continue
                end = starts[number + 1][0] if number + 1 < len(starts) else len(text)
                for title in text[start + len(words) + 2 : end].strip().removesuffix(".").split("; "):
                    tally.same("html", f"{title} is told once", title in found, False)
                    found[title] = words
    told = expected.told
    for name, line in expected.lines.items():
        if name not in told:
            words = REASONS.get(line["This month"])
            tally.same("html", f"{name} is told as not there", found.pop(line["title"], None), words)
    beyond = {title for title, words in found.items() if words != REASONS["absent"] or not expected.is_public}
    tally.same("html", "others told as not there", beyond, set())


def _compare_headlines(page: Any, expected: Expected, tally: Tally) -> None:
    """The headlines in their order, each with its figure; and how many targets are met."""
    items = [text_of(item) for item in page.cssselect("ul.headlines li")]
    if expected.is_public:
        shown = f"{len(expected.told)} of the {len(expected.lines)} figures of this report can be shown."
        tally.same("html", "headline of the public edition", items, [shown])
        return
    tally.same("html", "headlines", len(items), max(1, len(expected.headlines)))
    for said, row in zip(items, expected.headlines, strict=False):
        line = expected.lines[row["indicator_id"]]
        start = f"{line['title']}: "
        tally.same("html", f"headline of {row['indicator_id']}", said.startswith(start), True)
        is_share_of_few = line["unit"] == "percent" and line["denominator"] and line["denominator"] < 10
        if not is_share_of_few:
            tally.same("html", f"figure of {said}", row["figure"] in said[len(start) :], True)
    met = page.cssselect("p.met")
    told = re.match(r"(\d+) of the (\d+) targets", text_of(met[0])) if met else None
    found = {"met": int(told[1]), "judged": int(told[2])} if told else {"met": 0, "judged": 0}
    tally.same("html", "targets met", found, expected.targets)


def _compare_article(article: Any, expected: Expected, tally: Tally) -> None:
    indicator = article.get("id")
    line = expected.lines[indicator]
    months = expected.months.get(indicator, [])
    figure = text_of(article.cssselect("p.figure")[0])
    is_symbol = expected.is_public and line["value_now"] is None
    told = f"({line['This month']})" in figure if is_symbol else figure.lower().startswith(line["This month"])
    tally.same("html", f"{indicator} figure", told, True)
    is_share = (
        line["unit"] == "percent" and indicator != "partner_cp_activity_change"
    )  # a change has no whole
    if is_share and line["value_now"] is not None and line["denominator"] is not None:
        whole = [f"{int(line[n]):,}" if line[n] % 1 == 0 else None for n in ("numerator", "denominator")]
        if None not in whole:
            tally.same("html", f"{indicator} parts", re.findall(r"\((.*)\)", figure), [" of ".join(whole)])
    details = [
        (text_of(d.cssselect("dt")[0]).rstrip(":"), text_of(d.cssselect("dd")[0]))
        for d in article.cssselect("dl div")
    ]
    tally.same("html", f"{indicator} sentences", details, expected.details(indicator))
    tally.compared["html"] += sum(len(NUMBER.findall(words)) for _, words in details)
    cells = {}
    for row in article.cssselect("table.months tbody tr"):
        year = int(text_of(row.cssselect("th")[0])[:4])
        for place, cell in enumerate(row.cssselect("td")):
            if text_of(cell):
                cells[year + (place > 8), (place + 3) % 12 + 1] = text_of(cell)
    if any(row["value"] is not None for row in months):
        for row in months:
            day = row["period_end"]
            tally.same("html", f"{indicator} {day}", cells.pop((day.year, day.month), None), row["shown"])
    tally.same("html", f"{indicator} months beyond", cells, {})
    parts = [text_of(cell) for cell in article.cssselect("table.parts td")]
    tally.same("html", f"{indicator} parts", Counter(parts), Counter(expected.parts.get(indicator, [])))
    _compare_chart(article, indicator, months, tally)


def _compare_chart(article: Any, indicator: str, months: list[dict], tally: Tally) -> None:
    """The heights of the line, the names of the levels, and the description."""
    given = [row for row in months if row["value"] is not None]
    drawn = article.cssselect("figure")
    tally.same("html", f"{indicator} has a chart", len(drawn), int(len(given) > 1))
    if not drawn:
        return
    texts = [
        (float(t.get("x")), float(t.get("y")), text_of(t), t.get("text-anchor"))
        for t in drawn[0].iter("text")
    ]
    labels = dict(text.rsplit(" ", 1) for _, _, text, anchor in texts if anchor is None)
    limited = [row for row in months if row["expected"] is not None]
    if limited:
        for name in ("expected", "lower", "upper"):
            tally.same("html", f"{indicator} chart {name}", labels.get(name), limited[-1][f"{name}_shown"])
    rungs = [(y - 5, float(re.sub("[,%£]", "", t))) for _, y, t, anchor in texts if anchor == "end"]
    (low_y, low), (high_y, high) = rungs[0], rungs[-1]
    runs = [p.get("points").split() for p in drawn[0].iter("polyline")]
    heights = [
        low + (float(p.split(",")[1]) - low_y) * (high - low) / (high_y - low_y) for r in runs for p in r
    ]
    lone = 0
    wanted: list[float] = []
    run: list[float] = []
    for row in [*months, {"value": None}]:
        if row["value"] is None:
            wanted += run if len(run) > 1 else []
            lone += len(run) == 1
            run = []
        else:
            run.append(row["value"])
    reach = (high - low) / 150  # a unit of the drawing
    close = len(heights) == len(wanted) and all(
        abs(h - w) <= reach for h, w in zip(heights, wanted, strict=True)
    )
    tally.same("html", f"{indicator} chart heights", close, True)
    tally.compared["html"] += len(wanted)
    said = drawn[0].get("aria-label")
    values = [row["value"] for row in given]
    ends = [
        row["shown"].split()[0]
        for row in (given[values.index(min(values))], given[values.index(max(values))])
    ]
    told = re.search(r"lowest (\S+) in .*?, highest (\S+) in .*?, latest (\S+?)\.(?: |$)", said)
    tally.same(
        "html",
        f"{indicator} description",
        told and list(told.groups()),
        [*ends, given[-1]["shown"].split()[0]],
    )


def compare_text(text: str, expected: Expected, tally: Tally) -> None:
    """The plain text: each indicator's block, line by line."""
    blocks = text.split("\n\n")
    for indicator, line in expected.told.items():
        found = [b.splitlines() for b in blocks if b.startswith(line["titled"] + "\n")]
        # a section of that name may stand before it
        found = [rows for rows in found if not rows[1].startswith(tuple(REASONS.values()))]
        tally.same("text", f"{indicator} stands once", len(found), 1)
        said = found[0] if found else []
        for label, words in expected.details(indicator):
            tally.same("text", f"{indicator} {label}", f"{label}: {words}" in said, True)
        for heading in ("Year to date", "Same time last year", "England", "Region", "Neighbours"):
            if line[heading] != "-":
                tally.same("text", f"{indicator} {heading}", f"{heading}: {line[heading]}" in said, True)
        months = expected.months.get(indicator, [])
        if any(row["value"] is not None for row in months):
            for row in months:
                month = f"{row['period_end']:%B %Y}: {row['shown']}"
                tally.same("text", f"{indicator} {month}", month in said, True)


def compare_pdf(path: Path, page: Any, tally: Tally) -> None:
    """All the numbers of the PDF, less its page footers, with all those of the page."""
    foot = text_of(page.cssselect("footer")[0])
    printed_text = " ".join(" ".join(p.extract_text().split()) for p in PdfReader(path).pages)
    printed_text = re.sub(r"Page \d+ of \d+", " ", printed_text.replace(foot, " "))
    for node in page.cssselect("style, footer, title, nav"):
        node.drop_tree()
    numbers = [Counter(NUMBER.findall(t)) for t in (printed_text, " ".join(page.itertext()))]
    tally.compared["pdf"] += sum(numbers[1].values())
    for number in sorted(numbers[0].keys() | numbers[1].keys()):
        if numbers[0][number] != numbers[1][number]:
            said = f"{number}: {numbers[0][number]} times in the PDF, {numbers[1][number]} in the page"
            tally.different.setdefault("pdf", []).append(said)


def compare_word(path: Path, page: Any, tally: Tally) -> None:
    """All the numbers of the Word document, less those in its pictures, with all those of the page."""
    with zipfile.ZipFile(path) as file:
        body = etree.fromstring(file.read("word/document.xml"))
    said = " ".join("".join(text.text or "" for text in one.iter("{*}t")) for one in body.iter("{*}p"))
    kept = html.fromstring(html.tostring(page))
    for node in kept.cssselect("style, footer, title, nav, header, svg, .skip, p.key"):
        node.drop_tree()
    numbers = [Counter(NUMBER.findall(text)) for text in (said, " ".join(kept.itertext()))]
    tally.compared["docx"] += sum(numbers[1].values())
    for number in sorted(numbers[0].keys() | numbers[1].keys()):
        if numbers[0][number] != numbers[1][number]:
            words = f"{number}: {numbers[0][number]} times in Word, {numbers[1][number]} in the page"
            tally.different.setdefault("docx", []).append(words)


def compare_slides(path: Path, page: Any, tally: Tally) -> None:
    """Each number of the slides is one of the page."""
    known = {number.rstrip(",") for number in NUMBER.findall(" ".join(page.itertext()))}
    with zipfile.ZipFile(path) as deck:
        names = [name for name in deck.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", name)]
        for name in names:
            for one in etree.fromstring(deck.read(name)).iter("{*}p"):
                for number in NUMBER.findall("".join(text.text or "" for text in one.iter("{*}t"))):
                    tally.same("pptx", f"{number} in {name}", number.rstrip(",") in known, True)


def sheets_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Every sheet as rows of cells by column letter: text, or the number as stored."""
    with zipfile.ZipFile(path) as book:
        strings = [
            "".join(node.itertext())
            for node in etree.fromstring(book.read("xl/sharedStrings.xml")).iterchildren()
        ]
        names = [node.get("name") for node in etree.fromstring(book.read("xl/workbook.xml")).iter("{*}sheet")]
        found = {}
        for number, name in enumerate(names, 1):
            sheet = etree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert not list(sheet.iter("{*}f")), "a formula"
            rows = []
            for row in sheet.iter("{*}row"):
                cells: dict[str, Any] = {}
                for cell in row.iter("{*}c"):
                    value = cell.findtext("{*}v")
                    if value is not None:
                        letter = cell.get("r").rstrip("0123456789")
                        cells[letter] = strings[int(value)] if cell.get("t") == "s" else float(value)
                rows.append(cells)
            found[name] = rows
    return found


def kept(cell: Any) -> Any:
    """A number to the 16 digits that a workbook is written with."""
    return float(f"{cell:.16g}") if isinstance(cell, float) else cell


def compare_workbook(path: Path, expected: Expected, page: Any, tally: Tally) -> None:
    """The workbook: numbers as stored beside the marts' own, unrounded; sentences with the marts'."""
    sheets = sheets_of(path)
    for area in dict.fromkeys(line["area"] for line in expected.lines.values()):
        rows = sheets[area[:31]]
        lines = [line for line in expected.told.values() if line["area"] == area]
        for line in lines:
            where = [n for n, row in enumerate(rows) if row.get("A") == line["titled"]]
            tally.same("xlsx", f"{line['title']} stands twice", len(where), 2)
            heads = next(row for row in rows if row.get("A") == "Indicator")
            summary = {heads[letter]: cell for letter, cell in rows[where[0]].items()}
            exact = {
                "This month": "value_now", "Year to date": "value_to_date", "England": "value_england",
                "Target": "value_target", "Since last month": "value_change", "Region": "value_region",
                "Neighbours": "value_neighbours", "Same time last year": "value_last_year",
            }  # fmt: skip
            for text, value in exact.items():
                want = line[text] if line[value] is None else line[value]
                tally.same("xlsx", f"{line['title']} {text}", kept(summary.get(text, "-")), kept(want))
            _compare_months(rows[where[-1] :], line, expected, tally)
    headlines = [row["A"] for row in sheets["Contents"] if "A" in row]
    for item in page.cssselect("ul.headlines li"):
        tally.same("xlsx", "a headline", text_of(item) in headlines, True)


def _compare_months(rows: list[dict[str, Any]], line: dict, expected: Expected, tally: Tally) -> None:
    for label, words in expected.details(line["indicator_id"]):
        said = {row.get("A") for row in rows[:40]}
        tally.same("xlsx", f"{line['title']} {label}", f"{label}: {words}" in said, True)
    months = expected.months.get(line["indicator_id"], [])
    if not any(row["value"] is not None for row in months):
        return
    start = next(n for n, row in enumerate(rows) if row.get("A") == "Month") + 1
    for cells, row in zip(rows[start:], months, strict=False):
        where = f"{line['title']} {row['period_end']}"
        figure = re.sub(r"( r)?( higher| lower)?$", "", row["shown"])
        tally.same(
            "xlsx", where, kept(cells.get("B")), figure if row["value"] is None else kept(row["value"])
        )
        for letter, name in (("C", "expected"), ("D", "lower"), ("E", "upper")):
            if row["expected"] is not None:
                tally.same("xlsx", f"{where} {name}", kept(cells.get(letter)), kept(row[name]))


PLACES = """
select
    asked.title, la_name, said(value, unit, value_status) as shown, numerator, denominator,
    sum(numerator) filter (where value is not null) over of_all
        / nullif(sum(denominator) filter (where value is not null) over of_all, 0) as pooled,
    case unit when 'percent' then sqrt(greatest(0, pooled * (1 - pooled)) / denominator)
        when 'per_10k' then sqrt(pooled / denominator) end as spread,
    abs(numerator / denominator - pooled) as away
from asked
inner join marts.fct_indicator_values as figures using (indicator_id, period_basis)
inner join marts.dim_authority using (la_code)
where period_end = $month and breakdown_type = 'all'
window of_all as (partition by asked.indicator_id)
"""


def compare_region(page: Any, db: duckdb.DuckDBPyConnection, tally: Tally) -> None:
    """The regional edition: each figure side by side, and each place against its funnel."""
    rows = db.execute(PLACES, {"month": f"{MONTHS[-1]}-31"}).to_arrow_table().to_pylist()
    marts = {(row["title"], row["la_name"]): row for row in rows}
    for table in page.cssselect("table.side"):
        titles = [text_of(th) for th in table.cssselect("thead th")][1:]
        for row in table.cssselect("tbody tr"):
            name = text_of(row.cssselect("th")[0])
            for title, cell in zip(titles, row.cssselect("td"), strict=True):
                tally.same("region", f"{title}, {name}", text_of(cell), marts.pop((title, name))["shown"])
    tally.same("region", "figures not shown", list(marts), [])
    by_title: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_title.setdefault(row["title"], []).append(row)
    for article in page.cssselect("article"):
        title = text_of(article.cssselect("h3")[0])
        known = {row["la_name"]: row for row in by_title[title]}
        for cells in article.cssselect("tbody tr"):
            _, name, figure, counted, out_of, standing = [text_of(cell) for cell in cells]
            row = known[name]
            tally.same("region", f"{title}, {name} ranked", figure, row["shown"])
            for found, count in ((counted, row["numerator"]), (out_of, row["denominator"])):
                whole = "-" if count is None else f"{count:,.0f}" if count % 1 == 0 else f"{count:,.1f}"
                tally.same("region", f"{title}, {name} counted", found, whole)
            if standing != "-":
                times = row["away"] / row["spread"] if row["spread"] else 0
                grade = "far " * (times > 3.09) + ("inside" if times <= 1.96 else "outside")
                found = re.sub("above|below", "outside", standing)
                tally.same("region", f"{title}, {name} funnel", found, grade)


def world(base: Path) -> WarehousePaths:
    """Three invented councils, with returns missing and refused and a comment; by real codes if we can."""
    invent(3, MONTHS, 150, 5, base)
    if SHARED.is_dir():
        for folder in (base / "raw").iterdir():
            for was, code in REAL.items():
                (folder / was).rename(folder / code)
        (base / "reference" / "authorities.csv").unlink()
        for file in (base / "reference").glob("*.csv"):
            text = file.read_text(encoding="utf-8")
            for was, code in REAL.items():
                text = re.sub(rf"^{was},", f"{code},", text, flags=re.MULTILINE)
            file.write_text(text, encoding="utf-8")
        for name in BENCHMARKS:
            shutil.copytree(SHARED / "benchmarks" / name, base / "reference" / name)
    second = sorted((base / "raw" / MONTHS[-1]).iterdir())[1]
    (second / "budgets.csv").unlink()
    (second / "cla_reviews.csv").unlink()
    (second / "cla_visits.csv").write_text("wrong,header\n", encoding="utf-8")
    (base / "reference" / "commentary.csv").write_text(
        "la_code,indicator_id,period_end,commentary\n"
        f'{second.name},cp_open,{MONTHS[-1]}-31,"<script>alert(1)</script> =1+1 & no number"\n',
        encoding="utf-8",
    )
    return WarehousePaths.of(base / "raw", base / "reference", base / "release")


def main() -> int:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        places = world(Path(folder))
        refresh(places)
        months = f"{MONTHS[0]}..{MONTHS[-1]}"
        ended = close(places, months, "--incomplete", "--reason", "what is missing will not come")
        if ended.returncode not in PUBLISHED:
            print(ended.stderr)
            return 1
        public = Path(folder) / "public"
        editions = ("--edition", "public", "--out", str(public))
        formats = [word for name in ("html", "pdf", "xlsx", "docx", "pptx") for word in ("--format", name)]
        management = ("--authority", "all", "--kind", "management", "--braille-ready", *formats)
        for asked in (management, (*management, *editions), ("--region", "all")):
            made = line_of_sight("report", *asked, "--release", str(places.release))
            if made.returncode:
                print(made.stderr)
                return 1
        with duckdb.connect() as db:
            db.execute(f"attach '{places.current / 'marts.duckdb'}' as released (read_only)")
            db.execute("create schema marts")
            for (name,) in db.sql(
                "select table_name from duckdb_tables() where database_name = 'released'"
            ).fetchall():
                db.execute(f"create view marts.{name} as from released.{name}")
            for statement in db.extract_statements(MACROS):
                db.execute(statement)
            db.execute(f"attach '{places.current / 'public' / 'public.duckdb'}' as pack (read_only)")
            hidden = Tally()
            for reports, is_public in ((places.reports / "restricted", False), (public / "public", True)):
                kinds = hidden if is_public else tally
                for path in sorted(reports.glob("*/*/management*.html")):
                    expected = Expected(db, path.parent.name, f"{MONTHS[-1]}-31", is_public)
                    page = html.fromstring(path.read_text(encoding="utf-8"))
                    compare_page(page, expected, kinds)
                    compare_text(path.with_suffix(".txt").read_text(encoding="utf-8"), expected, kinds)
                    compare_workbook(path.with_suffix(".xlsx"), expected, page, kinds)
                    compare_word(path.with_suffix(".docx"), page, kinds)
                    compare_slides(path.with_suffix(".pptx"), page, kinds)
                    compare_pdf(path.with_suffix(".pdf"), page, kinds)
            [side] = places.reports.glob("restricted/*/region/*.html")
            compare_region(html.fromstring(side.read_text(encoding="utf-8")), db, tally)
    if not SHARED.is_dir():
        print("without ../shared: nothing of England, the regions or neighbours was compared")
    for edition, kinds in (("restricted", tally), ("public", hidden)):
        for kind, count in kinds.compared.items():
            wrong = kinds.different.get(kind, [])
            print(f"{edition} {kind}: {count:,} compared, {len(wrong)} different")
            for said in wrong[:10]:
                print(f"  {said}")
    is_whole = set(tally.compared) - {"region"} == set(
        hidden.compared
    )  # the regional edition has no public one
    return 0 if is_whole and not any(tally.different.values()) and not any(hidden.different.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
