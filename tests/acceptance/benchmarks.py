"""What is published, by level, year and release; rates and neighbours beside LAIT's.

Needs ../shared/benchmarks, the files as downloaded. LAIT's neighbour means stand in no file: its tool works
them out when it is looked at. They are worked out here as it does, by pandas, from its table and workbook.
"""

import csv
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import pandas as pd
from rich.console import Console
from rich.table import Table

from ingest.paths import DBT_PROJECT
from tests.conftest import SHARED
from tests.support.benchmark_warehouse import build

BENCHMARKS = SHARED / "benchmarks"
out = Console(width=150)


def main() -> int:
    """Print each show. Returns 1 where a figure differs for no reason that is known."""
    if not BENCHMARKS.is_dir():
        print("needs ../shared/benchmarks, which a clone on its own does not have")
        return 1
    with (DBT_PROJECT / "seeds" / "authorities.csv").open(encoding="utf-8", newline="") as file:
        councils = [row["la_code"] for row in csv.DictReader(file)]
    with tempfile.TemporaryDirectory() as folder:
        warehouse = build(BENCHMARKS, Path(folder), councils)
        with duckdb.connect(str(warehouse), read_only=True) as db:
            show_coverage(db)
            unexplained = show_rates(db) + show_neighbours(db)
            show_doncaster(db)
    return 1 if unexplained else 0


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            *("" if cell is None else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        )
    out.print(table)
    out.print()


# ---- what is there


def show_coverage(db: duckdb.DuckDBPyConnection) -> None:
    """Indicators by level, year and release; cells by status; council-years by relation; what is empty."""
    levels = ("england", "region", "authority")
    counted = ", ".join(
        f"count(*) filter (comparator = '{level}') as {level}s, "
        f"count(distinct indicator_id) filter (comparator = '{level}') as indicators_{level}"
        for level in levels
    )
    show(
        "Figures that are numbers, by year and release: indicators and figures of each level",
        (
            "publication",
            "release",
            "year",
            *(f"{what} {level}" for level in levels for what in ("figures", "indicators")),
        ),
        db.sql(
            f"""
            select publication, release_year::varchar, year(period_end)::varchar, {counted}
            from (
                select distinct publication, release_year, period_end, comparator, area_code, indicator_id
                from marts.fct_benchmarks
                where value_status = 'number' and period_basis <> 'month'
                    and comparator not like 'neighbours%'
            )
            group by all order by all
            """
        ).fetchall(),
    )
    show(
        "Cells read, by status",
        ("status", "cells", "files"),
        db.sql(
            "select status, sum(cell_count)::bigint, count(*) from reference.statuses group by 1 order by 2"
        ).fetchall(),
    )
    show(
        "Files",
        ("outcome", "table", "files", "rows", "cells"),
        db.sql(
            """
            select outcome, table_id, count(*), sum(row_count)::bigint, sum(cell_count)::bigint
            from reference.files group by all order by all
            """
        ).fetchall(),
    )
    show(
        "Findings",
        ("file", "row", "column", "finding", "reason"),
        db.sql(
            "select file, row_number, column_name, finding, reason from reference.findings order by all"
        ).fetchall(),
    )
    show(
        "Council-years resolved through the code table, over all tables and releases",
        ("relation", "council-years", "councils"),
        db.sql(
            """
            with resolved as (
                select distinct relation, table_id, publication, release_year, period_end, area_code
                from intermediate.int_benchmarks__figures join (
                    select distinct series_number, publication, release_year, period_end
                    from intermediate.int_benchmarks__series
                ) using (series_number)
                where comparator = 'authority' and relation <> 'itself'
            ),
            -- the key is the three-digit code, so that another ONS code loses nothing
            recoded as (
                select distinct 'recoded (ONS)' as relation, table_id, '' as publication, release_year,
                    make_date(period_year, 3, 31) as period_end, area_code
                from staging.stg_reference__figures as figures
                join seeds.area_codes as codes
                    on figures.new_la_code = codes.printed_code and figures.printed_code = codes.area_code
                where codes.relation = 'recoded'
            )
            select relation, count(*), count(distinct area_code)
            from (from resolved union all from recoded) group by 1
            union all
            select
                'not there that year, left out',
                count(distinct (table_id, release_year, period_year, printed_code)),
                count(distinct printed_code)
            from staging.stg_reference__figures as figures
            join seeds.authorities on figures.printed_code = authorities.la_code
            where table_id <> 'ons_mid_year' and time_identifier = 'reporting year'
                and (make_date(period_year, case table_id when 'csww' then 9 else 3 end, 30) < from_date
                    or make_date(period_year, case table_id when 'csww' then 9 else 3 end, 30) > to_date)
            order by 1
            """
        ).fetchall(),
    )
    show(
        "Empty because nobody publishes it",
        ("indicator", "basis", "why"),
        db.sql(
            """
            select indicator_id, string_agg(period_basis, ', ' order by period_basis), reason
            from marts.dim_benchmark_coverage where status <> 'published'
            group by indicator_id, reason order by 1
            """
        ).fetchall(),
    )


# ---- rates


def printed(numerator: float, scale: int, denominator: float, places: int = 1) -> Decimal:
    """A quotient as DfE prints it: half away from zero, exactly."""
    exact = Decimal(int(numerator)) * scale / Decimal(int(denominator))
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def show_rates(db: duckdb.DuckDBPyConnection) -> int:
    """Rates and shares that the release of 2025 does not print, rebuilt, beside what LAIT says they are."""
    rows = db.sql(
        """
        select ours.indicator_id, ours.comparator, ours.area_code, year(ours.period_end),
            ours.numerator, indicators.scale, ours.denominator, theirs.value
        from marts.fct_benchmarks as ours
        join marts.fct_benchmarks as theirs
            using (indicator_id, period_basis, period_end, comparator, area_code)
        join marts.dim_indicator as indicators using (indicator_id)
        where ours.publication = 'children_in_need' and ours.release_year = 2025
            and ours.value_source = 'rebuilt' and ours.value_status = 'number'
            and theirs.publication = 'lait' and theirs.release_year = 2026 and theirs.value_status = 'number'
            and ours.comparator in ('england', 'region', 'authority') and ours.period_basis <> 'year_to_date'
        """
    ).fetchall()
    counts_of_lait = lait_in_time()
    tally: dict[tuple[str, str], Counter[str]] = {}
    unexplained: list[Sequence[object]] = []
    for indicator, level, area, year, numerator, scale, denominator, theirs in rows:
        difference = printed(numerator, scale, denominator) - Decimal(str(theirs)).quantize(Decimal("0.1"))
        counts = tally.setdefault((indicator, level), Counter())
        counts["all"] += 1
        counts["2025"] += year == 2025
        if not difference:
            continue
        counts["different"] += 1
        counts["different 2025"] += year == 2025
        if indicator == "icpc_15wd_pct" and level != "authority" and abs(difference) <= Decimal("0.2"):
            counts["DfE's counts are rounded to 10"] += 1
        elif indicator == "icpc_15wd_pct" and counts_of_lait.get((area, year)) == numerator:
            counts["LAIT's share is older than its counts"] += 1
        else:
            unexplained.append((indicator, level, area, year, difference))
    why = ("DfE's counts are rounded to 10", "LAIT's share is older than its counts")
    show(
        "Rebuilt from the 2025 release, beside LAIT of April 2026, at one decimal place",
        ("indicator", "level", "compared 2025", "different", "compared 2016-2025", "different", *why),
        [
            (*key, *(counts[name] for name in ("2025", "different 2025", "all", "different", *why)))
            for key, counts in sorted(tally.items())
        ],
    )
    totals = sum(tally.values(), Counter())
    out.print(
        f"2025: {totals['2025']:,} compared, {totals['different 2025']:,} different. "
        f"2016 to 2025: {totals['all']:,} compared, {totals['different']:,} different, "
        f"{len(unexplained):,} of them for no known reason\n"
    )
    if unexplained:
        show("No known reason", ("indicator", "level", "area", "year", "difference"), unexplained)
    return len(unexplained)


def lait_in_time() -> dict[tuple[str, int], int]:
    """Conferences within 15 working days by council and year, as LAIT counts them: two bands."""
    table = pd.read_parquet(BENCHMARKS / "lait_2026-04" / "bds_long_0.parquet")
    table = table[table["Short Desc"].isin(["10_ICPC", "15_ICPC"])]
    table = table.assign(held=pd.to_numeric(table["Values"], errors="coerce")).dropna(subset=["held"])
    added = table.groupby(["LA Number", "Years"])["held"].agg(["sum", "count"]).reset_index()
    return {
        (str(int(row["LA Number"])), int(row["Years"])): int(row["sum"])
        for _, row in added[added["count"] == 2].iterrows()
    }


# ---- neighbours

TEN = {
    "referrals_rate_10k": "CPP_Total_Rateper10,000",
    "re_referrals_12m_pct": "ReReferral",
    "s47_rate_10k": "Section_47",
    "icpc_15wd_pct": "CP_conf_15days",
    "cp_rate_10k": "CPP_rate",
    "cp_subsequent_ever_pct": "PrevRegCPR",
    "cp_2y_open_pct": "CPPlans2yrsActive",
    "cla_rate_10k": "LAC",
    "cla_long_term_stable_pct": "LAC_LongStable%",
    "wf_vacancy_rate": "Work_Force_Vac_Rate",
}


def lait_neighbours() -> pd.DataFrame:
    """Each council, neighbour and the neighbour's value as LAIT's tool joins them: by name."""
    table = pd.read_parquet(BENCHMARKS / "lait_2026-04" / "bds_long_0.parquet")
    table = table[table["Short Desc"].isin(list(TEN.values())) & (table["Years"] == "2025")]
    indicators = {measure: indicator for indicator, measure in TEN.items()}
    values = table.assign(
        indicator_id=table["Short Desc"].map(indicators),
        value=pd.to_numeric(table["Values"], errors="coerce"),
    )
    sheet = fastexcel.read_excel(BENCHMARKS / "neighbours" / "sn_may_2025.xlsx").load_sheet(0, header_row=2)
    wide = sheet.to_pandas().dropna(subset=["LA num"])
    names = dict(zip(wide["LA num"].astype(int), wide["LA Name"], strict=True))
    ranks = [name for name in wide.columns if name.startswith("SN") and name[2:].isdigit()]
    lists = wide.melt(id_vars=["LA num"], value_vars=ranks, value_name="neighbour")
    lists["LA and Regions"] = lists["neighbour"].astype(int).map(names)
    both = lists.merge(values[["LA and Regions", "indicator_id", "value"]], on="LA and Regions")
    both["area_code"] = both["LA num"].astype(int).astype(str)
    both["peer_la_code"] = both["neighbour"].astype(int).astype(str)
    return both


def show_neighbours(db: duckdb.DuckDBPyConnection) -> int:
    """Ten indicators, every council that stands in 2025: our neighbour mean beside the tool's."""
    theirs = lait_neighbours()
    newest = f"""
        year(period_end) = 2025 and period_basis <> 'year_to_date' and indicator_id in {tuple(TEN)}
        and release_year = case publication when 'lait' then 2026 else 2025 end
    """
    ours = db.sql(
        f"""
        select indicator_id, publication, area_code, value, neighbours_used from marts.fct_benchmarks
        join marts.dim_authority on la_code = area_code
        where comparator = 'neighbours_2025' and to_date is null and {newest}
        """
    ).df()
    councils = db.sql(
        f"""
        select indicator_id, publication, area_code as peer_la_code, value as our_value, value_source,
            value_status
        from marts.fct_benchmarks where comparator = 'authority' and {newest}
        """
    ).df()
    pairs = theirs.merge(councils, on=["indicator_id", "peer_la_code"], how="left")
    rows = ours.merge(
        pairs.groupby(["indicator_id", "publication", "area_code"])
        .apply(_what_the_tool_shows, include_groups=False)
        .reset_index(),
        on=["indicator_id", "publication", "area_code"],
    )
    tally: dict[tuple[str, str], Counter[str]] = {}
    unexplained: list[Sequence[object]] = []
    for row in rows.itertuples():
        counts = tally.setdefault((row.indicator_id, row.publication), Counter())
        counts["compared"] += 1
        why = _why_different(row)
        counts[why] += 1
        if why not in CLASSES:
            unexplained.append((row.indicator_id, row.publication, row.area_code, row.value, row.tool_mean))
    show(
        "Neighbour means of 2025 by the model of 2025, at one decimal place, beside LAIT's",
        ("indicator", "ours from", "compared", *CLASSES),
        [(*key, *(counts[name] for name in ("compared", *CLASSES))) for key, counts in sorted(tally.items())],
    )
    totals = sum(tally.values(), Counter())
    out.print(
        f"{totals['compared']:,} compared, {totals['compared'] - totals['equal']:,} different, "
        f"{len(unexplained):,} of them for no known reason\n"
    )
    if unexplained:
        show("No known reason", ("indicator", "from", "council", "ours", "LAIT"), unexplained)
    return len(unexplained)


CLASSES = ("equal", "LAIT averages rounded rates", "the council itself left out", "a band is suppressed")
REPORT_TOGETHER = {"314": "318", "318": "314", "940": "941", "941": "940"}


def _what_the_tool_shows(neighbours: pd.DataFrame) -> pd.Series:
    """LAIT's mean and number, and over the neighbours that have a value here too; why others have none."""
    here_too = neighbours[neighbours["our_value"].notna()]
    lost = neighbours[neighbours["our_value"].isna() & neighbours["value"].notna()]
    return pd.Series(
        {
            "tool_mean": neighbours["value"].mean(),
            "tool_used": neighbours["value"].count(),
            "mean_here_too": here_too["value"].mean(),
            "mean_without": {
                code: neighbours.loc[neighbours["peer_la_code"] != code, "value"].mean()
                for code in set(neighbours["peer_la_code"]) & set(REPORT_TOGETHER)
            },
            "is_rebuilt": bool((neighbours["value_source"] == "rebuilt").any()),
            "lost_for": set(lost["value_status"]),
        }
    )


def _why_different(row: Any) -> str:
    """The one class that accounts for the difference, or none. A rounded rate is at most 0.05 off."""
    rounded = 0.05 + 1e-9 if row.is_rebuilt else 1e-9
    if one_place(row.value) == one_place(row.tool_mean):
        return "equal"
    if row.neighbours_used == row.tool_used and row.is_rebuilt and abs(row.value - row.tool_mean) <= rounded:
        return "LAIT averages rounded rates"
    together = REPORT_TOGETHER.get(row.area_code)
    if together in row.mean_without and abs(row.value - row.mean_without[together]) <= rounded:
        return "the council itself left out"
    # a share that was worked out before suppression stands in LAIT, the bands it is made of do not
    if row.lost_for == {"suppressed"} and abs(row.value - row.mean_here_too) <= rounded:
        return "a band is suppressed"
    return "unknown"


def one_place(value: float) -> Decimal:
    """Half away from zero, once the noise of a mean of binary fractions is gone."""
    return Decimal(repr(round(value, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP)


def show_doncaster(db: duckdb.DuckDBPyConnection) -> None:
    """A figure withdrawn by a later release, and a neighbour's mean with it and without."""
    show(
        "Second or subsequent plans, year to March 2022: Doncaster, and Rotherham's neighbours",
        ("of", "area", "statistics", "release", "published", "value", "status", "neighbours used"),
        db.sql(
            """
            select comparator, area_code, publication, release_year::varchar, published_on,
                round(value, 2)::varchar, value_status, neighbours_used
            from marts.fct_benchmarks
            where indicator_id = 'cp_subsequent_ever_pct' and period_end = date '2022-03-31'
                and period_basis = 'rolling_12_months'
                and (area_code = '371' and comparator = 'authority'
                    or area_code = '372' and comparator = 'neighbours_2021')
            order by comparator, published_on
            """
        ).fetchall(),
    )


if __name__ == "__main__":
    sys.exit(main())
