{{ config(materialized='fresh_table') }}

-- Periods that begin with a month that an authority names for an indicator, as its own targets say or England's: one
-- for each month from there on.
with named as (

    select
        expected.vintage_id,
        expected.la_code,
        indicators.indicator_id,
        expected.month_number,
        {{ month_number_of_text('targets.since_month') }} as first_month_number
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('stg_reference__targets') }} as targets
        on
            targets.since_month is not null
            and targets.from_date <= {{ month_end('expected.month_number') }}
            and coalesce(targets.to_date, date '9999-12-31') >= {{ month_end('expected.month_number') }}
            and (expected.la_code = targets.la_code or targets.is_for_all)
    inner join {{ ref('dim_indicator') }} as indicators
        on
            targets.indicator_id = indicators.indicator_id
            and list_contains(string_split(indicators.bases, ' '), 'since')
    qualify row_number() over (
        partition by expected.vintage_id, indicators.indicator_id, expected.month_number
        order by targets.is_for_all asc, targets.from_date desc
    ) = 1

)

select
    vintage_id,
    la_code,
    indicator_id,
    'since' as period_basis,
    {{ month_end('month_number') }} as period_end,
    {{ month_start('first_month_number') }} as period_start,
    month_number,
    first_month_number
from named
where first_month_number <= month_number
