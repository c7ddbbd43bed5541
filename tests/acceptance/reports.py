"""Every quantity of five council reports, entered and read back. Needs ../shared.

The councils' figures enter as indicator_returns and targets through the real command; every comparison the
reports print is read from fct_indicator_comparisons. All 85 rows are shown: equal (within one unit of the
last printed place), or why not.
"""

import csv
import re
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import duckdb

from ingest.paths import WarehousePaths
from tests.conftest import SHARED, csv_of
from tests.support.command import PUBLISHED, refresh
from tests.support.told_lines import REPORTS, Line, Read, Report

TARGET_FIELDS = (
    "la_code", "indicator_id", "from_date", "to_date", "target", "limit_lower", "limit_upper", "due_date",
    "source",
)  # fmt: skip
Row = dict[str, str]


def number(text: str) -> str:
    """The first number of a printed text: 96 (2015-08) is 96, >=70 (met) is 70."""
    found = re.search(r"-?[\d,]*\.?\d+", text)
    if not found:
        raise ValueError(f"{text!r} holds no number")
    return found.group().replace(",", "")


def given(words: str, row: Row) -> str:
    """What a line names: a column of its row, or itself."""
    names = {"value": "value", "comparator": "comparator_value"}
    return number(row[names[words]]) if words in names else words


def last_day(month: str) -> str:
    [(day,)] = duckdb.execute("select last_day((? || '-01')::date)::varchar", [month]).fetchall()
    return str(day)


def enter(report: Report, rows: dict[int, Row], base: Path) -> WarehousePaths:
    """Write the report's figures as a raw and a reference folder."""
    by_month: dict[str, dict[tuple[str, str], dict[str, object]]] = defaultdict(dict)
    for line in report.lines:
        for words in line.enter:
            basis, month, figure = words.split()
            top, _, bottom = given(figure, rows[line.row]).partition("/")
            entry: dict[str, object] = {
                "indicator_id": rows[line.row]["indicator_id"],
                "period_basis": basis,
                "period_end": last_day(month),
                "breakdown": "all",
                "numerator": top if bottom else None,
                "denominator": bottom or None,
                "value": None if bottom else top,
            }
            before = by_month[month].setdefault((str(entry["indicator_id"]), basis), entry)
            assert before == entry, f"row {line.row} enters another figure than an earlier row did"
    for month, entries in by_month.items():
        _write(
            base / "raw" / month / report.la_code / "indicator_returns.csv", csv_of(list(entries.values()))
        )
    for month in report.quiet_months:
        header = "indicator_id,period_basis,period_end,breakdown\n"
        _write(base / "raw" / month / report.la_code / "indicator_returns.csv", header)
    targets = [dict.fromkeys(TARGET_FIELDS, "") | {"la_code": report.la_code} | t for t in report.targets]
    if targets:
        _write(base / "reference" / "targets.csv", csv_of(targets))
    if report.named:
        named = [
            {"la_code": report.la_code, "label": label, "period_end": last_day(m)}
            for label, m in report.named
        ]
        _write(base / "reference" / "named_periods.csv", csv_of(named))
    for path in (p for pattern in report.benchmarks for p in (SHARED / "benchmarks").glob(pattern)):
        shutil.copyfile(path, base / "reference" / f"{path.parent.name}_{path.name}")
    (base / "reference").mkdir(exist_ok=True)
    return WarehousePaths.of(base / "raw", base / "reference", base / "release")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def read_back(db: duckdb.DuckDBPyConnection, report: Report, line: Line, read: Read, row: Row) -> object:
    """What the release has for one printed thing; None where it has nothing."""
    basis, month = line.at.split()
    asked = [report.la_code, read.indicator or line.indicator or row["indicator_id"], basis, last_day(month)]
    where = "la_code = ? and indicator_id = ? and period_basis = ? and period_end = ?"
    if not read.comparator:
        column = "denominator - numerator" if read.column == "not_in_time" else read.column
        sql = f"select {column} from fct_indicator_values where {where} and breakdown_type = 'all'"
    else:
        # the caseload that none should be above is counted against, so it stands in the words
        column = (
            r"regexp_extract(words, 'above (\d+) cases', 1)" if read.column == "threshold" else read.column
        )
        where += f" and comparator = '{read.comparator}'"
        sql = f"select {column} from fct_indicator_comparisons where {where}"
    found = db.execute(sql, asked).fetchone()
    return found[0] if found else None


def agrees(printed: str, computed: object) -> bool:
    """Equal within one unit of the last printed place; words must be the same."""
    if computed is None:
        return False
    if not re.fullmatch(r"-?\d+(\.\d+)?", printed):
        return printed == computed
    exact = Decimal(printed)
    unit = Decimal(1).scaleb(int(exact.as_tuple().exponent))
    return abs(Decimal(str(computed)) - exact) <= unit


def words_of(db: duckdb.DuckDBPyConnection, report: Report, line: Line, row: Row) -> str:
    """The sentence the product has for the line: of the comparator asked about, else of the figure."""
    basis, month = line.at.split()
    asked = [r.comparator for r in line.read if r.comparator] + ["previous_month", "same_month_last_year"]
    indicator = line.indicator or row["indicator_id"]
    found = db.execute(
        """
        select words from fct_indicator_comparisons
        where la_code = ? and indicator_id = ? and period_basis = ? and period_end = ?
            and list_contains(?, comparator)
        order by list_position(?, comparator) limit 1
        """,
        [report.la_code, indicator, basis, last_day(month), asked, asked],
    ).fetchone()
    return str(found[0]) if found else f"{indicator} is not answered on this basis"


def judge(db: duckdb.DuckDBPyConnection, report: Report, line: Line, row: Row) -> tuple[str, str, str]:
    """Printed, computed and verdict of one row."""
    printed = [given(r.printed, row) for r in line.read]
    computed = [read_back(db, report, line, r, row) for r in line.read]
    pairs = zip(printed, computed, strict=True)
    if not line.read:
        verdict = f"no figure: {line.because}"
    elif all(agrees(p, c) for p, c in pairs):
        verdict = f"equal, but a comparison is missing: {line.because}" if line.because else "equal"
    else:
        verdict = f"differs: {line.because}" if line.because else "WRONG"
    return ", ".join(printed) or "-", ", ".join(_shown(c) for c in computed) or "-", verdict


def _shown(computed: object) -> str:
    return "none" if computed is None else f"{computed:.2f}" if isinstance(computed, float) else str(computed)


def main() -> int:
    if not SHARED.is_dir():
        print("needs ../shared, which a clone on its own does not have")
        return 1
    with (SHARED / "spec" / "report_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = dict(enumerate(csv.DictReader(file), 1))
    ended: Counter[str] = Counter()
    for report in REPORTS:
        with tempfile.TemporaryDirectory() as folder:
            places = enter(report, rows, Path(folder))
            done = refresh(places, "--month", report.month)
            if done.returncode not in PUBLISHED:
                print(done.stderr)
                return 1
            with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
                for line in report.lines:
                    row = rows[line.row]
                    assert row["council"] == report.council and row["quote"].startswith(line.quote), line
                    printed, computed, verdict = judge(db, report, line, row)
                    ended[verdict.partition(":")[0]] += 1
                    print(f"{line.row:3} {report.council:15} {row['indicator_id']:32} {row['quote'][:60]}")
                    print(f"      printed {printed} | computed {computed} | {verdict}")
                    print(f"      {words_of(db, report, line, row)}", flush=True)
    total = sum(ended.values())
    print(f"{total} of {len(rows)} rows: " + ", ".join(f"{n} {v}" for v, n in sorted(ended.items())))
    return 1 if ended["WRONG"] or total != len(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
