"""Invented authorities counted twice, by the product and the second opinion.

Also checks on what was published that stocks and flows agree and that years to date are their months' sums.
"""

import sys
import tempfile
from pathlib import Path

import duckdb

from ingest.paths import WarehousePaths
from synthetic import invent
from tests.oracle.compare import differences
from tests.support.command import PUBLISHED, refresh

SEEDS = (1, 2, 3)
AUTHORITIES, CHILDREN = 6, 100
MONTHS = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]

# open(t) = open(t-1) + started - ended, over records that do not overlap
BALANCES = {
    "plans": ("cp_open", "cp_started", "cp_ended"),
    "care": ("cla_open", "cla_started", "cla_ceased"),
}


def balances(places: WarehousePaths) -> list[tuple[str, int, int]]:
    """For each stock: authority-months compared, and those where stock and flows disagree."""
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        found = []
        for name, (stock, started, ended) in BALANCES.items():
            [row] = db.execute(
                """
                with pivoted as (
                    select
                        la_code, period_end,
                        any_value(value) filter (where indicator_id = $stock) as at_end,
                        any_value(value) filter (where indicator_id = $started) as started,
                        any_value(value) filter (where indicator_id = $ended) as ended
                    from fct_indicator_values
                    where period_basis in ('month', 'point_in_time') and breakdown_type = 'all'
                        and value_status = 'calculated'
                    group by all
                ),
                stepped as (
                    select *, lag(at_end) over (partition by la_code order by period_end) as before
                    from pivoted
                )
                select count(*), count(*) filter (where at_end <> before + started - ended)
                from stepped where at_end is not null and before is not null and started is not null
                    and ended is not null
                """,
                {"stock": stock, "started": started, "ended": ended},
            ).fetchall()
            found.append((name, *row))
        [years] = db.sql(
            """
            with flows as (
                select *, extract(year from period_end - interval 3 month) as year
                from fct_indicator_values inner join dim_indicator using (indicator_id)
                where kind = 'flow' and unit = 'count' and value_status = 'calculated'
                    and indicator_id <> 'cla_missing_children'
            ),
            months as (
                select *, sum(numerator) over to_date as summed, count(*) over to_date as months
                from flows where period_basis = 'month'
                window to_date as (
                    partition by la_code, indicator_id, breakdown_type, breakdown_value, year
                    order by period_end
                )
            )
            select count(*), count(*) filter (where flows.numerator <> months.summed)
            from flows inner join months
                using (la_code, indicator_id, breakdown_type, breakdown_value, period_end)
            where flows.period_basis = 'year_to_date'
                and months.months = (extract(month from period_end) + 8) % 12 + 1
            """
        ).fetchall()
        found.append(("years to date", *years))
    return found


def need_balance(places: WarehousePaths) -> tuple[int, int]:
    """The same for children in need. No indicator counts cases closed, so flows are read from the records."""
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        [row] = db.sql(
            """
            with episodes as (
                select episodes.*, vintages.la_code
                from staging.stg_returns__cin_episodes as episodes
                inner join ledger.vintages
                    on episodes.vintage_id = vintages.vintage_id and vintages.edition = 'restated'
                where not is_no_further_action
            ),
            moves as (
                select la_code, last_day(referral_date) as period_end, 1 as change from episodes
                union all
                select la_code, last_day(close_date), -1 from episodes where close_date is not null
            ),
            changes as (select la_code, period_end, sum(change) as net from moves group by all),
            stepped as (
                select
                    la_code, period_end, value, value_status,
                    lag(value) over (partition by la_code order by period_end) as before
                from marts.fct_indicator_values where indicator_id = 'cin_open'
            )
            select count(*), count(*) filter (where value <> before + coalesce(net, 0))
            from stepped left join changes using (la_code, period_end)
            where value_status = 'calculated' and before is not null
            """
        ).fetchall()
    return row


def main() -> int:
    wrong = 0
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            base = Path(folder)
            invent(AUTHORITIES, MONTHS, CHILDREN, seed, base)
            places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
            ended = refresh(places)
            if ended.returncode not in PUBLISHED:
                print(ended.stderr)
                return 1
            compared, different = differences(places, MONTHS[-1])
            print(f"seed {seed}: {compared:,} figures compared, {len(different)} different", flush=True)
            wrong += len(different)
            for name, count, off in [*balances(places), ("need", *need_balance(places))]:
                print(f"  {name}: {count:,} compared, {off} disagree", flush=True)
                wrong += off
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
