-- Published figures to set beside a council's own: England, regions, authorities and statistical neighbours.
with figures as (

    select * from {{ ref('stg_reference__figures') }}
    where time_identifier = 'reporting year' and period_year is not null

),

-- a column goes by another name in another release; each release has one of them
published_tables as (

    select publication, {{ each_word('table_ids') }} as table_id from {{ ref('published_statistics') }}

),

mapped as (

    select benchmark_columns.*, published_tables.publication
    from {{ ref('benchmark_columns') }} as benchmark_columns
    inner join published_tables on benchmark_columns.table_id = published_tables.table_id

),

columns_named as (

    select *, 'numerator' as part, {{ each_word('numerator_columns') }} as column_name from mapped
    union all
    select *, 'denominator' as part, {{ each_word('denominator_columns') }} as column_name from mapped
    union all
    select *, 'value' as part, {{ each_word('value_columns') }} as column_name from mapped

),

printed as (

    select
        columns_named.indicator_id,
        columns_named.bases,
        columns_named.publication,
        columns_named.rebuild_scale,
        columns_named.rebuild_denominator,
        figures.release_year,
        figures.period_year,
        -- April to December belong to the calendar year before the one named
        last_day(make_date(
            figures.period_year - (columns_named.period_month > 3)::int, columns_named.period_month, 1
        )) as period_end,
        figures.comparator,
        figures.area_code,
        max(figures.value) filter (where columns_named.part = 'numerator') as numerator,
        max(figures.status) filter (where columns_named.part = 'numerator') as numerator_status,
        max(figures.value) filter (where columns_named.part = 'denominator') as denominator,
        max(figures.status) filter (where columns_named.part = 'denominator') as denominator_status,
        max(figures.value) filter (where columns_named.part = 'value') as value,
        max(figures.status) filter (where columns_named.part = 'value') as value_status
    from figures
    inner join columns_named
        on
            figures.table_id = columns_named.table_id
            and figures.column_name = columns_named.column_name
    group by all

),

-- the estimates published with the release, or the newest; a rebased population moves the rates of old years
population as (

    select
        releases.release_year,
        figures.comparator,
        figures.area_code,
        figures.period_year as mid_year,
        figures.value as population_0_17
    from (select distinct release_year from printed) as releases
    cross join figures
    where
        figures.table_id = 'ons_mid_year'
        and figures.column_name = 'population_estimate'
        and figures.filters like '%0 to 17%'
    qualify row_number() over (
        partition by releases.release_year, figures.comparator, figures.area_code, figures.period_year
        order by figures.release_year = releases.release_year - 1 desc, figures.release_year desc
    ) = 1

),

-- what the release does not print is rebuilt; a symbol it does print is never worked around
answered as (

    select
        printed.indicator_id,
        printed.bases,
        printed.publication,
        printed.release_year,
        printed.period_end,
        printed.comparator,
        printed.area_code,
        printed.numerator,
        case
            when printed.value_status is not null or printed.rebuild_denominator <> 'population'
                then printed.denominator
            else population.population_0_17
        end as denominator,
        case
            when printed.value_status is not null then printed.value
            when printed.rebuild_denominator = 'none' then printed.numerator
            when printed.rebuild_denominator = 'counted'
                then printed.rebuild_scale * printed.numerator / nullif(printed.denominator, 0)
            else printed.rebuild_scale * printed.numerator / nullif(population.population_0_17, 0)
        end as value,
        case
            when printed.value_status is not null or printed.rebuild_denominator = 'none' then 'printed'
            else 'rebuilt'
        end as value_source,
        case
            when printed.value_status is not null then printed.value_status
            when printed.numerator_status <> 'number' or printed.rebuild_denominator = 'none'
                then printed.numerator_status
            when printed.rebuild_denominator = 'population'
                then case when population.population_0_17 > 0 then 'number' else 'no_population' end
            when printed.denominator_status = 'number' and printed.denominator = 0 then 'no_cases'
            else printed.denominator_status
        end as value_status
    from printed
    left join population
        on
            printed.release_year = population.release_year
            and printed.comparator = population.comparator
            and printed.area_code = population.area_code
            and printed.period_year - 1 = population.mid_year

),

neighbours as (

    select * from {{ ref('bridge_peer') }}
    where comparator like 'neighbours%'

),

periods as (

    select distinct indicator_id, bases, publication, release_year, period_end from answered

),

-- unweighted, and by exact code: an area that was made over is not the area that was listed
neighbour_means as (

    select
        periods.indicator_id,
        periods.bases,
        periods.publication,
        periods.release_year,
        periods.period_end,
        neighbours.comparator,
        neighbours.la_code as area_code,
        count(*) as neighbours_listed,
        count(answered.value) as neighbours_used,
        -- summed as decimals: a sum of doubles depends on the order they come in
        sum(answered.value::decimal(28, 12)) / count(answered.value) as value,
        median(answered.value::decimal(28, 12)) as median_value
    from periods
    cross join neighbours
    left join answered
        on
            periods.indicator_id = answered.indicator_id
            and periods.bases = answered.bases
            and periods.publication = answered.publication
            and periods.release_year = answered.release_year
            and periods.period_end = answered.period_end
            and neighbours.peer_la_code = answered.area_code
            and answered.comparator = 'authority'
    group by all

),

together as (

    select
        indicator_id,
        bases,
        period_end,
        comparator,
        area_code,
        publication,
        release_year,
        numerator,
        denominator,
        value,
        value_source,
        value_status,
        null::bigint as neighbours_listed,
        null::bigint as neighbours_used,
        null::double as median_value
    from answered

    union all

    select
        indicator_id,
        bases,
        period_end,
        comparator,
        area_code,
        publication,
        release_year,
        null as numerator,
        null as denominator,
        value::double as value,
        'neighbour_mean' as value_source,
        -- suppression hides small values, so a mean of few is a mean of the large; five is half a list
        case
            when neighbours_used = 0 then 'not_available'
            when neighbours_used < 5 then 'few_neighbours'
            else 'number'
        end as value_status,
        neighbours_listed,
        neighbours_used,
        median_value::double as median_value
    from neighbour_means

)

select
    together.indicator_id,
    {{ each_word('bases') }} as period_basis,
    together.period_end,
    together.comparator,
    together.area_code,
    together.publication,
    together.release_year,
    -- a release that the list does not know yet comes out when its kind usually does
    coalesce(
        releases.published_on,
        last_day(make_date(together.release_year + kinds.years_after, kinds.usual_month, 1))
    ) as published_on,
    together.numerator,
    together.denominator,
    together.value,
    together.value_source,
    together.value_status,
    together.neighbours_listed,
    together.neighbours_used,
    together.median_value
from together
left join {{ ref('published_statistics') }} as kinds on together.publication = kinds.publication
left join {{ ref('benchmark_releases') }} as releases
    on together.publication = releases.publication and together.release_year = releases.release_year
order by
    together.indicator_id, period_basis, together.period_end, together.comparator, together.area_code,
    together.publication, together.release_year
