-- Each indicator, release and period that some published table has a figure of, numbered: one number is joined
-- and sorted faster than the five names that it stands for.
{{ config(materialized='fresh_table') }}

with published_tables as (

    select publication, years_after, usual_month, {{ each_word('table_ids') }} as table_id
    from {{ ref('published_statistics') }}

),

printed as (

    select distinct table_id, release_year, period_year
    from {{ ref('stg_reference__figures') }}
    where time_identifier in ('reporting year', 'lait year') and period_year is not null

),

series as (

    select
        columns_read.indicator_id,
        columns_read.table_id,
        columns_read.preference,
        columns_read.bases,
        columns_read.period_rule,
        columns_read.period_month,
        columns_read.first_year,
        columns_read.value_factor,
        columns_read.rebuild_scale,
        columns_read.rebuild_denominator,
        published_tables.publication,
        printed.release_year,
        printed.period_year,
        -- a release that the list does not know yet comes out when its kind usually does
        coalesce(
            releases.published_on,
            last_day(make_date(
                printed.release_year + published_tables.years_after, published_tables.usual_month, 1
            ))
        ) as published_on,
        -- of a year to 31 March, April to December belong to the calendar year before the one named
        last_day(make_date(
            (
                printed.period_year
                - (columns_read.period_rule = 'month_of_year_to_31_march' and columns_read.period_month > 3)::int
            )::int,
            columns_read.period_month,
            1
        )) as period_end
    from {{ ref('benchmark_columns') }} as columns_read
    inner join printed on columns_read.table_id = printed.table_id
    inner join published_tables on columns_read.table_id = published_tables.table_id
    left join {{ ref('benchmark_releases') }} as releases
        on published_tables.publication = releases.publication and printed.release_year = releases.release_year

)

select
    indicator_id,
    table_id,
    preference,
    bases,
    period_rule,
    period_month,
    first_year,
    value_factor,
    rebuild_scale,
    rebuild_denominator,
    publication,
    release_year,
    period_year,
    published_on,
    period_end,
    (dense_rank() over (order by indicator_id, period_end, bases, publication, release_year))::int as series_number
from series
