"""The screening rules of explore education statistics, written from their description, over files as text.

Each rule is (stage, name, fails or warns). Rules that need DfE's own lists take what the caller can give: the
triples of authorities and the pairs of regions met in files that DfE has published.
"""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

REQUIRED = ["time_period", "time_identifier", "geographic_level", "country_code", "country_name"]
GEOGRAPHY = [
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
]
STRUCTURE = [*REQUIRED[:3], *GEOGRAPHY]
META = [
    "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
    "filter_grouping_column",
]  # fmt: skip
OPTIONAL_META = ["filter_default", "parent_filter"]
MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
]  # fmt: skip
FAMILIES = {
    "months": (4, MONTHS),
    "weeks": (4, [f"Week {n}" for n in range(1, 53)]),
    "years": (4, ["Calendar year", "Reporting year"]),
    "quarters": (6, [f"Financial year Q{n}" for n in range(1, 5)]),
    "financial": (6, ["Financial year", "Academic year", "Tax year"]),
}
LEVELS = {"National": [], "Regional": ["region_code", "region_name"], "Local authority": GEOGRAPHY[4:]}
SMUSHED = re.compile(r"(^|_)(male|female|asian|black|white|boys|girls)(_|$)")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass
class Screened:
    """What became of each rule: its name, and whether it passed."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def rule(self, name: str, holds: bool, warns: bool = False) -> None:
        """Put one rule's end on record."""
        (self.passed if holds else self.warned if warns else self.failed).append(name)


def read(file: Path) -> list[dict[str, str]]:
    """A file's rows as text. Raises UnicodeDecodeError where it is not UTF-8."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def screen(
    data_file: Path,
    triples: set[tuple[str, str, str]],
    regions: set[tuple[str, str]],
) -> Screened:
    """Every rule over a data file and the metadata beside it."""
    said = Screened()
    meta_file = data_file.with_suffix(".meta.csv")
    data, meta = read(data_file), read(meta_file)
    columns, meta_columns = list(data[0]), list(meta[0])
    filters = [m["col_name"] for m in meta if m["col_type"] == "Filter"]
    indicators = [m["col_name"] for m in meta if m["col_type"] == "Indicator"]
    _names(said, data_file, meta_file, columns, meta_columns, meta)
    _columns(said, columns, indicators)
    _meta(said, meta, columns)
    _time(said, data)
    _filters(said, data, meta, filters)
    _geography(said, data, columns, triples, regions)
    _cells(said, data, filters, indicators)
    _limits(said, meta, data, filters, columns)
    return said


def _names(
    said: Screened,
    data_file: Path,
    meta_file: Path,
    columns: list[str],
    of_meta: list[str],
    meta: list[dict[str, str]],
) -> None:
    for file in (data_file, meta_file):
        stem = file.name.removesuffix(".csv").removesuffix(".meta")
        said.rule(f"filename spaces: {file.suffixes[0]}", " " not in file.name)
        said.rule(f"filename characters: {file.suffixes[0]}", bool(re.fullmatch(r"[A-Za-z0-9_-]+", stem)))
    said.rule("file names match", meta_file.name == data_file.stem + ".meta.csv")
    said.rule("required metadata columns", set(META) <= set(of_meta))
    said.rule("no unknown metadata column", set(of_meta) <= {*META, *OPTIONAL_META})
    said.rule("required data columns", set(REQUIRED) <= set(columns))
    said.rule("five columns more than metadata rows", len(columns) >= len(meta) + 5)
    names = [m["col_name"] for m in meta]
    said.rule("every metadata name is a data column", set(names) <= set(columns))
    said.rule("every data column is known", set(columns) <= {*STRUCTURE, *names}, warns=True)


def _columns(said: Screened, columns: list[str], indicators: list[str]) -> None:
    said.rule("no space in a column name", not any(" " in c for c in columns))
    said.rule("snake case", all(re.fullmatch(r"[a-z0-9_]+", c) for c in columns), warns=True)
    said.rule("starts with lower case", all(re.match(r"[a-z]", c) for c in columns), warns=True)
    said.rule("no filter items in indicator names", not any(SMUSHED.search(i) for i in indicators))
    said.rule("no characteristic column", "characteristic" not in columns, warns=True)


def _meta(said: Screened, meta: list[dict[str, str]], columns: list[str]) -> None:
    names, labels = [m["col_name"] for m in meta], [m["label"] for m in meta]
    filters = [m for m in meta if m["col_type"] == "Filter"]
    indicators = [m for m in meta if m["col_type"] == "Indicator"]
    groups = [m["filter_grouping_column"] for m in filters if m["filter_grouping_column"]]
    said.rule("column type", {m["col_type"] for m in meta} <= {"Filter", "Indicator"})
    said.rule("no structural column in metadata", not set(names) & set(STRUCTURE))
    said.rule("column name filled", all(names))
    said.rule("labels unique", len(set(labels)) == len(labels))
    said.rule("no filter group on an indicator", not any(m["filter_grouping_column"] for m in indicators))
    said.rule("filter groups unique", len(set(groups)) == len(groups))
    said.rule("filter group not a filter too", not set(groups) & set(names), warns=True)
    said.rule("filter group in data", set(groups) <= set(columns))
    said.rule("filter groups apart", len({re.sub(r"\W|_", "", g) for g in groups}) == len(groups))
    said.rule("labels filled", all(labels))
    said.rule("no hint on an indicator", not any(m["filter_hint"] for m in indicators))
    said.rule("no geography as a filter", not {m["col_name"] for m in filters} & set(GEOGRAPHY))
    said.rule("no decimal places on a filter", not any(m["indicator_dp"] for m in filters))
    said.rule("no space in a metadata name", not any(" " in n for n in names))
    said.rule("metadata names unique", len(set(names)) == len(names))
    said.rule("decimal places given", all(m["indicator_dp"] for m in indicators), warns=True)
    said.rule("decimal places whole", all(m["indicator_dp"].isdigit() for m in indicators))
    said.rule("no unit on a filter", not any(m["indicator_unit"] for m in filters))
    units = {"", "%", "pp", "£", "£m", "numberstring"}
    said.rule("unit allowed", {m["indicator_unit"] for m in indicators} <= units)
    said.rule("no grouping on a filter", not any(m["indicator_grouping"] for m in filters))


def _time(said: Screened, data: list[dict[str, str]]) -> None:
    periods = {(r["time_period"], r["time_identifier"]) for r in data}
    family = {i: name for name, (_, names) in FAMILIES.items() for i in names}
    said.rule("time period numeric", all(p.isdigit() for p, _ in periods))
    said.rule("time identifier known", all(i in family for _, i in periods))
    said.rule("time identifiers alike", len({family.get(i) for _, i in periods}) == 1)
    said.rule(
        "digits match identifier", all(len(p) == FAMILIES[family[i]][0] for p, i in periods if i in family)
    )
    six = [p for p, _ in periods if len(p) == 6]
    said.rule("years consecutive", all((int(p[2:4]) + 1) % 100 == int(p[4:]) for p in six))


def _filters(
    said: Screened, data: list[dict[str, str]], meta: list[dict[str, str]], filters: list[str]
) -> None:
    levels = {f: {r[f] for r in data} for f in filters}
    defaults = {m["col_name"] for m in meta if m.get("filter_default")}
    said.rule("no filter of one level", all(len(v) > 1 for v in levels.values()))
    said.rule("total or default", all("Total" in v or f in defaults for f, v in levels.items()))
    said.rule("no more groups than levels", True)
    said.rule("25,000 levels at most", all(len(v) <= 25_000 for v in levels.values()))
    said.rule("no white space about", all(x == x.strip() for v in levels.values() for x in v))
    structure = {r[c] for r in data for c in STRUCTURE if c in r}
    said.rule("no total in a structural column", not structure & {"Total", "All"})
    said.rule("no blank level", not any("" in v for v in levels.values()))


def _geography(
    said: Screened,
    data: list[dict[str, str]],
    columns: list[str],
    triples: set[tuple[str, str, str]],
    regions: set[tuple[str, str]],
) -> None:
    rows = {(r["geographic_level"], *(r.get(c, "") for c in GEOGRAPHY)) for r in data}
    said.rule("level known", {r[0] for r in rows} <= set(LEVELS))
    present = {c for level in {r[0] for r in rows} for c in LEVELS.get(level, [])}
    said.rule("columns of each level present", present <= set(columns))
    said.rule("country pair", {r[1:3] for r in rows} == {("E92000001", "England")})
    said.rule("region pairs", {r[3:5] for r in rows if r[3]} <= regions)
    las = {r[5:8] for r in rows if r[0] == "Local authority"}
    said.rule("authority triples", las <= triples)
    filled = {"National": (0, 2), "Regional": (0, 4), "Local authority": (0, 7)}
    of_level = {"National": [], "Regional": [3, 4], "Local authority": [5, 6, 7]}
    said.rule("columns of the level filled", all(all(r[i] for i in of_level[r[0]]) for r in rows))
    said.rule("no lower level filled", all(not any(r[filled[r[0]][1] + 1 :]) for r in rows))
    said.rule("authority and region columns together", ("region_code" in columns) == ("la_name" in columns))
    said.rule(
        "region filled on authorities", all(r[3] for r in rows if r[0] == "Local authority"), warns=True
    )
    names: dict[str, set[str]] = {}
    for r in rows:
        names.setdefault(r[5], set()).add(r[7])
    said.rule("one name to a code", all(len(v) == 1 for v in names.values()))
    said.rule("x is Not available", all(("x" in r[5:7]) == (r[7] == "Not available") for r in rows))


def _cells(said: Screened, data: list[dict[str, str]], filters: list[str], indicators: list[str]) -> None:
    keys = [tuple(r[c] for c in [*STRUCTURE, *filters]) for r in data]
    cells = {r[i] for r in data for i in indicators}
    everything = {x for r in data for x in r.values()}
    said.rule("no duplicate row", len(set(keys)) == len(keys))
    said.rule("no null", not everything & {"NULL", "Null", "null", "NA", "na"})
    said.rule("no old symbol", not everything & {"N/A", "n/a", ".", "..", "-"}, warns=True)
    said.rule("no ~ or : or blank", not cells & {"~", ":", ""})
    # what the screening itself lets through
    said.rule("number or symbol", all(NUMBER.fullmatch(c) or c in ("c", "low", "x", "z") for c in cells))
    said.rule("no formula", not any(x[:1] in ("=", "+", "@", "-") for x in everything))


def _limits(
    said: Screened,
    meta: list[dict[str, str]],
    data: list[dict[str, str]],
    filters: list[str],
    columns: list[str],
) -> None:
    said.rule("column names within 50", all(len(c) <= 50 for c in columns), warns=True)
    said.rule("labels within 100", all(len(m["label"]) <= 100 for m in meta), warns=True)
    items = {r[f] for r in data for f in filters} | {r["la_name"] for r in data}
    said.rule("items within 120", all(len(i) <= 120 for i in items), warns=True)
    codes = {r[c] for r in data for c in ("country_code", "region_code", "old_la_code", "new_la_code")}
    said.rule("codes within 30", all(len(c) <= 30 for c in codes), warns=True)
