"""An England of figures with no child behind them: every council, indicator, basis and month, made by SQL.

What the comparisons read is laid out as a refresh would leave it, so that their models can be built and
measured alone. The figures come from a hash, so the same call makes the same file.
"""

from pathlib import Path

import duckdb

from ingest.places import Places
from ingest.reference import lay_out_reference
from orchestration import dbt_build

DIMENSIONS = (
    "authorities",
    "indicator_catalogue",
    "dim_authority",
    "dim_indicator",
    "dim_period",
    "stg_reference__neighbours",
    "bridge_peer",
)
COMPARISONS = (
    "stg_reference__targets",
    "path:models/intermediate/comparisons",
    "fct_indicator_spc",
    "fct_indicator_comparisons",
)
LAST_MONTH = "2025-03"

TARGETS = """
insert into reference.targets by name
select
    'ENG' as la_code, indicator_id, make_date(year, 4, 1) as from_date, make_date(year + 1, 3, 31) as to_date,
    case when polarity <> 'band' then 60 end as target,
    case when polarity = 'band' then 15 end as limit_lower,
    case when polarity = 'band' then 25 end as limit_upper,
    5 as tolerance
from marts.dim_indicator cross join range(2018, 2026) as years (year)
where polarity <> 'neutral' and display_order % 3 = 0
"""

VALUES = """
create table marts.fct_indicator_values as
with series as (
    select
        la_code, indicator_id, unit, scale, denominator_source,
        unnest(string_split(bases, ' ')) as period_basis
    from marts.dim_authority cross join marts.dim_indicator
    where to_date is null
),
counted as (
    select
        *,
        20 + hash(la_code) % 200 + hash(indicator_id) % 40 as size,
        (hash(la_code, indicator_id, period_basis, period_end) % 1000) / 1000.0 as chance
    from series inner join marts.dim_period using (period_basis)
),
figured as (
    select
        *,
        case when denominator_source <> 'none' then size::double end as denominator,
        round(size * (0.5 + 0.2 * sin(hash(la_code, indicator_id) % 7) + 0.25 * (chance - 0.5)))::double
            as numerator
    from counted
)
select
    la_code, indicator_id, period_basis, period_end, 'all' as breakdown_type, 'all' as breakdown_value,
    numerator, denominator,
    case when denominator is null then numerator else scale * numerator / denominator end as value,
    'calculated' as value_status, strftime(period_end, '%Y-%m') as snapshot_month, $last_month as view_month
from figured
order by la_code, indicator_id, period_basis, period_end
"""

BENCHMARKS = """
create table marts.fct_benchmarks as
with asked as (
    select
        indicator_id,
        case when bases like '%point_in_time%' then 'point_in_time' else 'rolling_12_months' end
            as period_basis,
        year, release_year, scale
    from marts.dim_indicator
    cross join range(2022, 2025) as years (year)
    cross join range(2023, 2026) as releases (release_year)
    where unit in ('percent', 'per_10k') and display_order % 2 = 0 and year <= release_year
),
areas as (
    select 'england' as comparator, 'E92000001' as area_code
    union all select distinct 'region', region_code from marts.dim_authority where region_code is not null
    union all select 'authority', la_code from marts.dim_authority where to_date is null
    union all
    select 'neighbours_' || model, la_code
    from marts.dim_authority cross join (values (2021), (2025)) as models (model) where to_date is null
)
select
    indicator_id, period_basis, make_date(year, 3, 31) as period_end, comparator, area_code,
    'children_in_need' as publication, release_year, make_date(release_year - 1, 10, 31) as published_on,
    null::double as numerator, null::double as denominator,
    round(50 + 20 * sin(hash(indicator_id, area_code, year, release_year) % 100), 1) as value,
    'printed' as value_source, 'number' as value_status, 10::bigint as neighbours_listed,
    10::bigint as neighbours_used,
    round(50 + 20 * sin(hash(indicator_id, area_code, year) % 100), 1) as median_value
from asked cross join areas
"""


def lay_out_england(places: Places, months: int) -> None:
    """Make the warehouse with what the comparisons read, `months` of it."""
    places.prepare()
    with duckdb.connect(str(places.warehouse)) as db:
        for schema in ("ledger", "reference"):
            db.execute(f"create schema {schema}")
        lay_out_reference(db, Path(places.reference))
        db.execute(
            """
            create table ledger.views as
            select strftime(($last || '-01')::date - to_months($months - 1), '%Y-%m') as first_period,
                $last as view_month
            """,
            {"last": LAST_MONTH, "months": months},
        )
        db.execute("create table ledger.folders as select '000' as la_code where false")
    dbt_build.build(places, DIMENSIONS)
    with duckdb.connect(str(places.warehouse)) as db:
        # ten neighbours each: the councils next along, under each model
        db.execute(
            """
            insert into reference.neighbours by name
            with places as (
                select la_code, row_number() over (order by la_code) as place, count(*) over () as places
                from marts.dim_authority where to_date is null
            )
            select
                model as model_year, mine.la_code, step::integer as neighbour_rank,
                theirs.la_code as neighbour_la_code,
                '' as source_file_sha
            from places as mine
            cross join range(1, 11) as steps (step)
            cross join (values (2021), (2025)) as models (model)
            inner join places as theirs on theirs.place = (mine.place + step * 7) % mine.places + 1
            """
        )
        db.execute(TARGETS)
        db.execute(VALUES, {"last_month": LAST_MONTH})
        db.execute(BENCHMARKS)
    dbt_build.build(places, ["stg_reference__neighbours", "bridge_peer"])
