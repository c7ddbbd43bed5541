"""From every figure to its children: what they add is the figure, and each stands in the row that is named.

One invented world. For each indicator, basis and month the numerators and denominators of restricted_counted
are summed and set against the mart's. Of the newest month each indicator is asked for as `explain --children`
asks: what is listed adds up to the figure, what is not in the numerator says why, and the row of the file
that each child is said to stand in is opened: it holds the child.
"""

import csv
import sys
from collections import defaultdict
from functools import cache

import duckdb
import pyarrow as pa

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import WarehousePaths
from ingest.privacy import key_file
from publication.children import Behind, children_behind
from synthetic import invent
from tests.support.acceptance_worlds import refreshed, workshop
from tests.support.command import PUBLISHED

INDICATORS, REPORTED = 111, {"partner_cp_activity_change"}
FEWEST_FIGURES, FEWEST_ROWS, FEWEST_REASONS = 5_000, 2_000, 60
NO_REASON = ("no rule of the figure takes it in", None)
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
        or (
            dim_indicator.denominator_source = 'counted'
            and figures.denominator is distinct from coalesce(round(d, 6), 0)
        )
    )
from marts.fct_indicator_values as figures
inner join marts.dim_indicator using (indicator_id)
left join summed using (la_code, indicator_id, period_basis, period_end)
where figures.breakdown_type = 'all' and figures.value_status in ('calculated', 'no_cases', 'provisional')
group by all
"""


@cache
def children_of(places: WarehousePaths, file: str, return_name: str) -> list[str] | None:
    """The pseudonym of the child of each row of a file, made anew; None where it knows no children."""
    fmt = submitted_formats()[return_name]
    with (places.raw / file).open(encoding="utf-8", newline="") as opened:
        lines = list(csv.reader(opened))
    if not fmt.child_field or fmt.child_field not in lines[0]:
        return None
    said = pa.array([line[lines[0].index(fmt.child_field)] for line in lines[1:]], pa.string())
    key = key_file.pseudonyms_for(places.key_id)
    made: list[str] = key.of("001", fmt.identifiers[fmt.child_field], said).to_pylist()
    return made


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
        reasons: set[str] = set()
        for indicator in sorted(every):
            behind = children_behind(places, indicator, "001", MONTHS[-1])
            shown += 1
            rows = behind.rows.to_pylist()
            listed += len(rows)
            if indicator in REPORTED and (rows or "total" not in behind.said):
                wrong["reported and not said so"] += 1
            wrong["other sums"] += not adds_up(behind, indicator)
            for row in rows:
                if not row["numerator"]:
                    wrong["no reason"] += row["why"] in NO_REASON
                    reasons.add(f"{row['why']}")
                verdict = stands(places, row)
                found += verdict is True
                wrong["not in the row named"] += verdict is False
        print(f"{shown} indicators shown, {listed:,} rows; {found:,} children looked for in the row named, "
              f"{wrong['not in the row named']} not there")  # fmt: skip
        print(f"{wrong['other sums']} indicators of which the rows listed do not add up to the figure")
        print(f"{len(reasons)} reasons why not; {wrong['no reason']} rows without one")
        log = places.access_log.read_text(encoding="utf-8").splitlines()
        print(f"access log: {len(log)} lines, mode {places.access_log.stat().st_mode & 0o777:o}")
    floors = (
        len(every) == INDICATORS, every - counted == REPORTED, not different, figures >= FEWEST_FIGURES,
        found >= FEWEST_ROWS, not any(wrong.values()), len(log) == INDICATORS, len(reasons) >= FEWEST_REASONS,
    )  # fmt: skip
    return 0 if all(floors) else 1


def adds_up(behind: Behind, indicator: str) -> bool:
    """Whether what is listed comes to the figure's numerator and denominator, where it has them of rows."""
    figure, (numerator, denominator) = behind.figure, behind.sums
    if figure["value_status"] not in ("calculated", "no_cases", "provisional"):
        return True
    of_rows = behind.about["denominator_source"] == "counted"
    return (
        indicator in WITHOUT_NUMERATOR or round(numerator or 0, 6) == round(figure["numerator"] or 0, 6)
    ) and (not of_rows or round(denominator or 0, 6) == round(figure["denominator"] or 0, 6))


def stands(places: WarehousePaths, row: dict[str, object]) -> bool | None:
    """Whether the row of the file holds the child; None where the return knows no children."""
    if row["la_child_id"] is None or row["row_number"] is None:
        return None
    children = children_of(places, str(row["file"]), str(row["return_name"]))
    return (
        None if children is None else children[int(str(row["row_number"])) - 2] == row["la_child_id"]
    )  # row 1 is the heading


if __name__ == "__main__":
    sys.exit(main())
