"""Real published figures through the whole path. Needs ../shared/benchmarks.

Makes a raw folder from DfE's referrals by month and council (c6), refreshes with the real reference files,
and compares the sum of the twelve months to each March with the year's own count (c1).
"""

import csv
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import duckdb

from ingest.paths import WarehousePaths
from tests.conftest import SHARED
from tests.support.command import PUBLISHED, refresh

BENCHMARKS = SHARED / "benchmarks"
MONTHS = [
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
    "January",
    "February",
    "March",
]
HEADER = "indicator_id,period_basis,period_end,breakdown,value\n"


def write_raw(c6: Path, raw: Path) -> tuple[int, int]:
    """One indicator_returns.csv for each council and month with a number. Returns councils and files."""
    by_folder: dict[tuple[str, str], str] = {}
    with c6.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["geographic_level"] != "Local authority":
                continue
            year, code = int(row["time_period"]), row["old_la_code"]
            cells = {name.lower(): cell for name, cell in row.items()}
            for place, month in enumerate(MONTHS):
                cell = cells[month.lower()]
                number = (place + 3) % 12 + 1
                folder = f"{year - 1 if number > 3 else year}-{number:02d}"
                if cell.isdigit():
                    by_folder[folder, code] = cell
    for (month, code), value in by_folder.items():
        folder = raw / month / code
        folder.mkdir(parents=True)
        [(last_day,)] = duckdb.execute("select last_day(?::date)::varchar", [month + "-01"]).fetchall()
        line = f"referrals_received,month,{last_day},all,{value}\n"
        (folder / "indicator_returns.csv").write_text(HEADER + line, encoding="utf-8")
    return len({code for _, code in by_folder}), len(by_folder)


def c1_counts(c1: Path) -> dict[tuple[str, int], int]:
    """The year's referrals by council, where it is a number."""
    with c1.open(encoding="utf-8-sig", newline="") as file:
        return {
            (row["old_la_code"], int(row["time_period"])): int(row["Referrals"])
            for row in csv.DictReader(file)
            if row["geographic_level"] == "Local authority" and row["Referrals"].isdigit()
        }


def main() -> int:
    if not BENCHMARKS.is_dir():
        print("needs ../shared/benchmarks, which a clone on its own does not have")
        return 1
    [c6] = BENCHMARKS.glob("ees_cin_2024/c6_*.csv")
    [c1] = BENCHMARKS.glob("ees_cin_2024/c1_*.csv")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        reference = base / "reference"
        reference.mkdir()
        wanted = ("*/c1_*.csv", "*/c6_*.csv", "*/ons_mid-year*.csv", "neighbours/*.csv")
        for path in (p for pattern in wanted for p in BENCHMARKS.glob(pattern)):
            shutil.copyfile(path, reference / f"{path.parent.name}_{path.name}")
        councils, files = write_raw(c6, base / "raw")
        print(f"raw: {files:,} files of {councils} councils", flush=True)
        started = time.monotonic()
        places = WarehousePaths.of(base / "raw", reference, base / "release")
        ended = refresh(places)
        print(f"refresh: exit {ended.returncode}, {time.monotonic() - started:.0f} s")
        if ended.returncode not in PUBLISHED:
            print(ended.stderr)
            return 1
        return compare(places, c1_counts(c1))


def compare(places: WarehousePaths, expected: dict[tuple[str, int], int]) -> int:
    """Print how many council-years agree, and the two benchmarks to look at. Returns 1 on a difference."""
    summed: dict[tuple[str, int], list[float]] = defaultdict(list)
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        rows = db.sql(
            """
            select la_code, period_end, value from fct_indicator_values
            where indicator_id = 'referrals_received' and period_basis = 'month' and value is not null
            """
        ).fetchall()
        for code, end, value in rows:
            summed[code, end.year + (end.month > 3)].append(value)
        print(f"published: {len(rows):,} months of {len({code for code, _, _ in rows})} councils")
        whole = {key: sum(values) for key, values in summed.items() if len(values) == 12}
        both = whole.keys() & expected.keys()
        wrong = [key for key in both if whole[key] != expected[key]]
        print(f"council-years compared: {len(both):,}; different: {len(wrong)}")
        print(
            db.sql(
                """
                select indicator_id, comparator, area_code, period_end, release_year, value, value_source,
                    neighbours_used, median_value
                from fct_benchmarks
                where indicator_id = 're_referrals_12m_pct' and period_basis = 'rolling_12_months'
                    and ((comparator = 'england' and period_end = '2014-03-31')
                        or (comparator = 'neighbours_2021' and area_code = '372'
                            and period_end = '2015-03-31'))
                order by all
                """
            )
        )
    return 1 if wrong or not both else 0


if __name__ == "__main__":
    sys.exit(main())
