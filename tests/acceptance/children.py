"""From every figure to its children: what they add is the figure, and each stands in the row that is named.

One invented world. For each indicator, basis and month the numerators and denominators of restricted_counted
are summed and set against the mart's. Of the newest month each indicator is asked for as `explain --children`
asks, with own numbers, and the row of the file that each child is said to stand in is opened: it holds that
number.
"""

import csv
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import duckdb

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import WarehousePaths
from publication.children import children_behind
from synthetic import invent
from tests.support.acceptance_worlds import refreshed, workshop
from tests.support.command import PUBLISHED

INDICATORS, REPORTED = 111, {"partner_cp_activity_change"}
FEWEST_FIGURES, FEWEST_ROWS = 5_000, 2_000
MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
# of these a figure has no numerator: a median is of what is in the middle
WITHOUT_NUMERATOR = "('assessment_duration_median_wd')"
COMPARED = f"""
with summed as (
    select la_code, indicator_id, period_basis, period_end, sum(numerator) as n, sum(denominator) as d
    from restricted.restricted_counted group by all
)
select
    figures.indicator_id, count(*),
    count(*) filter (where
        figures.numerator is distinct from
            case when figures.indicator_id not in {WITHOUT_NUMERATOR} then coalesce(round(n, 6), 0) end
        or (denominator_source = 'counted' and figures.denominator is distinct from coalesce(round(d, 6), 0))
    )
from marts.fct_indicator_values as figures
inner join marts.dim_indicator using (indicator_id)
left join summed using (la_code, indicator_id, period_basis, period_end)
where breakdown_type = 'all' and value_status in ('calculated', 'no_cases', 'provisional')
group by all
"""


@cache
def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def main() -> int:
    wrong: dict[str, int] = defaultdict(int)
    with workshop() as base:
        invent(2, MONTHS, 150, 7, base)
        places, ended = refreshed(base, base / "raw", base / "reference")
        if ended.returncode not in PUBLISHED:
            print(ended.stderr)
            return 1
        with duckdb.connect(str(places.warehouse), read_only=True) as db:
            every = {one for (one,) in db.sql("select indicator_id from marts.dim_indicator").fetchall()}
            compared = db.sql(COMPARED).fetchall()
        figures, different = sum(row[1] for row in compared), sum(row[2] for row in compared)
        counted = {row[0] for row in compared}
        print(
            f"{len(every)} indicators: {len(counted)} counted from rows, "
            f"{len(every - counted)} reported alone"
        )
        print(f"{figures:,} figures of every basis and month: {different} different from what their rows add")
        shown = listed = found = 0
        for indicator in sorted(every):
            behind = children_behind(places, indicator, "001", MONTHS[-1], own_numbers=True)
            shown += 1
            rows = behind.rows.to_pylist()
            listed += len(rows)
            if indicator in REPORTED and (rows or "total" not in behind.said):
                wrong["reported and not said so"] += 1
            for row in rows:
                verdict = stands(places, row)
                found += verdict is True
                wrong["not in the row named"] += verdict is False
        print(f"{shown} indicators shown, {listed:,} rows; {found:,} children looked for in the row named, "
              f"{wrong['not in the row named']} not there")  # fmt: skip
        log = places.access_log.read_text(encoding="utf-8").splitlines()
        print(f"access log: {len(log)} lines, mode {places.access_log.stat().st_mode & 0o777:o}")
    floors = (
        len(every) == INDICATORS, every - counted == REPORTED, not different, figures >= FEWEST_FIGURES,
        found >= FEWEST_ROWS, not any(wrong.values()), len(log) == INDICATORS,
    )  # fmt: skip
    return 0 if all(floors) else 1


def stands(places: WarehousePaths, row: dict[str, object]) -> bool | None:
    """Whether the row of the file holds the child's number; None where the return knows no children."""
    fmt = submitted_formats().get(str(row["return_name"]))
    if fmt is None or row["la_child_id"] is None or row["row_number"] is None or not fmt.child_field:
        return None
    lines = lines_of(places.raw / str(row["file"]))
    if fmt.child_field not in lines[0]:
        return None
    return lines[int(str(row["row_number"])) - 1][lines[0].index(fmt.child_field)] == row["la_child_id"]


if __name__ == "__main__":
    sys.exit(main())
