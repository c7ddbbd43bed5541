"""Printed monthly totals of three councils entered; longer bases and net changes derived. Needs ../shared.

What Rotherham, Herefordshire and Nottinghamshire print of single months enters as indicator_returns through
the real command. Every longer basis and net change that the reports print and that follows from it must be
equal, and so must shares of months printed with both counts; where months are missing there must be no
figure, and the word how many are there.
"""

import csv
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb

from ingest.paths import WarehousePaths
from tests.acceptance.reports import agrees, last_day, number
from tests.conftest import SHARED, csv_of
from tests.support.command import PUBLISHED, refresh

COUNCILS = {"Rotherham": "372", "Herefordshire": "884", "Nottinghamshire": "891"}
VIEW = "2015-12"
HEADER = "indicator_id,period_basis,period_end,breakdown\n"


class Entry(NamedTuple):
    """A month's total: the row of report_figures.csv that prints it, and which of its columns."""

    row: int
    month: str
    columns: str = "value"
    basis: str = "month"


class Printed(NamedTuple):
    """What a row prints, and where the product has it."""

    row: int
    basis: str
    month: str
    status: str


ENTRIES = [
    Entry(21, "2015-12"), Entry(21, "2014-12", "comparator_value"),  # referrals decided in a day
    Entry(23, "2015-12", basis="point_in_time"), Entry(23, "2015-04", "comparator_value", "point_in_time"),
    Entry(32, "2015-08"), Entry(33, "2015-03"), Entry(34, "2015-12"),  # single assessments
    Entry(43, "2011-05"), Entry(43, "2010-04", "comparator_value"),  # initial assessments
    Entry(44, "2011-05"), Entry(44, "2010-04", "comparator_value"),  # core assessments
    Entry(47, "2015-10"), Entry(49, "2015-10"), Entry(49, "2014-10", "comparator_value"),
    Entry(53, "2015-10"), Entry(54, "2015-10"), Entry(55, "2015-07"), Entry(56, "2015-07"),
    Entry(57, "2015-10"), Entry(58, "2015-10"), Entry(66, "2015-10", "numerator/denominator"),
    Entry(67, "2015-10", "numerator/denominator"), Entry(68, "2015-10"), Entry(70, "2015-10"),
    Entry(73, "2015-10"),
]  # fmt: skip

# What the reports print that follows from those: worked out, and so not entered.
PRINTED = [
    Printed(59, "month", "2015-10", "derived"),  # 36 began a plan and 33 ended
    Printed(66, "month", "2015-10", "reported"),  # 83 of 89
    Printed(67, "month", "2015-10", "reported"),  # 29 of 35
    Printed(71, "month", "2015-10", "reported"),  # the same 83 of 89, rounded further
]

# Longer bases of which months are not printed, or not both counts: no figure. (council, indicator, basis,
# month, and how many months are there of how many; None where no month has what is added up)
SHORT = [
    ("Rotherham", "referral_decision_1wd_pct", "quarter", "2015-12", None),
    ("Rotherham", "single_45wd_pct", "year_to_date", "2015-12", None),
    ("Nottinghamshire", "ia_intime_pct", "year_to_date", "2011-05", None),
    ("Nottinghamshire", "ca_35wd_pct", "rolling_12_months", "2011-05", None),
    ("Herefordshire", "referrals_received", "year_to_date", "2015-10", (1, 7)),
    ("Herefordshire", "referrals_received", "rolling_12_months", "2015-10", (1, 12)),
    ("Herefordshire", "cp_started", "year_to_date", "2015-10", (1, 7)),
    ("Herefordshire", "cp_ended", "quarter", "2015-12", (1, 3)),
    ("Herefordshire", "icpc_15wd_pct", "rolling_12_months", "2015-10", (1, 12)),
    ("Herefordshire", "strategy_meetings", "quarter", "2015-09", (1, 3)),
]


def enter(rows: dict[int, dict[str, str]], base: Path) -> WarehousePaths:
    """Write the entries as one raw folder for each council and month."""
    files: dict[Path, list[dict[str, object]]] = {}
    for entry in ENTRIES:
        row = rows[entry.row]
        given = {name: number(row[name]) for name in entry.columns.split("/")}
        line = {
            "indicator_id": row["indicator_id"],
            "period_basis": entry.basis,
            "period_end": last_day(entry.month),
            "breakdown": "all",
            "numerator": given.get("numerator"),
            "denominator": given.get("denominator"),
            "value": given.get("value", given.get("comparator_value")),
        }
        folder = base / "raw" / entry.month / COUNCILS[row["council"]]
        files.setdefault(folder / "indicator_returns.csv", []).append(line)
    for la_code in COUNCILS.values():
        files.setdefault(base / "raw" / VIEW / la_code / "indicator_returns.csv", [])
    for path, lines in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(csv_of(lines) if lines else HEADER, encoding="utf-8")
    (base / "reference").mkdir()
    return WarehousePaths.of(base / "raw", base / "reference", base / "release")


def figure(db: duckdb.DuckDBPyConnection, *asked: str) -> tuple[object, str, str | None]:
    """Value, status and suggested action of an authority, indicator, basis and month."""
    la_code, indicator_id, basis, month = asked
    [found] = db.execute(
        """
        select value, value_status, suggested_action from fct_indicator_values
        where la_code = ? and indicator_id = ? and period_basis = ? and period_end = ?
            and breakdown_type = 'all'
        """,
        [la_code, indicator_id, basis, last_day(month)],
    ).fetchall()
    return found


def main() -> int:
    if not SHARED.is_dir():
        print("needs ../shared, which a clone on its own does not have")
        return 1
    with (SHARED / "spec" / "report_figures.csv").open(encoding="utf-8", newline="") as file:
        rows = dict(enumerate(csv.DictReader(file), 1))
    different = 0
    with tempfile.TemporaryDirectory() as folder:
        places = enter(rows, Path(folder))
        done = refresh(places, "--month", VIEW)
        if done.returncode not in PUBLISHED:
            print(done.stderr)
            return 1
        with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
            for printed in PRINTED:
                row = rows[printed.row]
                asked = row["indicator_id"], printed.basis, printed.month
                value, status, _ = figure(db, COUNCILS[row["council"]], *asked)
                is_equal = agrees(number(row["value"]), value) and status == printed.status
                different += not is_equal
                print(f"{row['council']:15} {' '.join(asked)}: printed {row['value']}, {value} ({status})")
            for council, indicator, basis, month, there in SHORT:
                value, status, action = figure(db, COUNCILS[council], indicator, basis, month)
                said = f"{there[0]} of the {there[1]} that make the figure are there" if there else None
                is_so = value is None and status == "not_submitted" and (action is None or said is not None)
                is_so = is_so and (said is None or (action or "").endswith(said))
                different += not is_so
                why = action or "no month has its counts"
                print(f"{council:15} {indicator} {basis} {month}: {status}; {why}")
    print(
        f"{len(PRINTED)} printed figures and {len(SHORT)} that do not follow compared, {different} different"
    )
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
