"""An England of figures with no child behind them: every council, indicator, basis and month, made by SQL.

What the comparisons read is laid out as a refresh would leave it, so that their models can be built and
measured alone. The figures come from a hash, so the same call makes the same file.
"""

import duckdb

from ingest.paths import WarehousePaths
from orchestration.runtime import dbt_build
from tests.support.warehouse_sources import lay_out_dimensions, months_to

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
insert into intermediate.int_indicators__values by name
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
    'calculated' as value_status, 'final' as month_state
from figured
order by la_code, indicator_id, period_basis, period_end
"""

BENCHMARKS = """
insert into intermediate.int_benchmarks__published by name
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
    round(50 + 20 * sin(hash(indicator_id, area_code, year, release_year) % 100), 1) as value,
    'number' as value_status, 10::bigint as neighbours_listed,
    10::bigint as neighbours_used,
    round(50 + 20 * sin(hash(indicator_id, area_code, year) % 100), 1) as median_value
from asked cross join areas
"""


def lay_out_england(places: WarehousePaths, months: int) -> None:
    """Make the warehouse with what the comparisons read, `months` of it."""
    lay_out_dimensions(places, months_to(LAST_MONTH, months)[0], LAST_MONTH)
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
        db.execute(VALUES)
        db.execute(BENCHMARKS)
    dbt_build.build(places, ["stg_reference__neighbours", "bridge_peer"])
