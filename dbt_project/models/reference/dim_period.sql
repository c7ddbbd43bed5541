-- What each basis covers: the months from the first to the last, both included. The first month of `since` is named by
-- each authority for each indicator, so it is not here.
with months as (

    select
        unnest(generate_series(
            min({{ month_number_of_text('first_period') }}),
            max({{ month_number_of_text('view_month') }})
        )) as month_number
    from {{ ref('stg_ledger__vintages') }}

),

bases as (

    select month_number, 'month' as period_basis, month_number as first_month_number from months
    union all
    -- April is month 3 when January is 0
    select
        month_number, 'year_to_date' as period_basis,
        month_number - (month_number + 9) % 12 as first_month_number
    from months
    union all
    -- quarters end in March, June, September and December
    select month_number, 'quarter' as period_basis, month_number - 2 as first_month_number
    from months
    where month_number % 3 = 2
    union all
    select month_number, 'rolling_12_months' as period_basis, month_number - 11 as first_month_number from months
    union all
    select month_number, 'point_in_time' as period_basis, month_number as first_month_number from months
    union all
    select month_number, 'since' as period_basis, null as first_month_number from months

)

select
    period_basis,
    {{ month_end('month_number') }} as period_end,
    case
        when period_basis = 'point_in_time' then {{ month_end('month_number') }}
        else {{ month_start('first_month_number') }}
    end as period_start,
    month_number::int as month_number,
    first_month_number::int as first_month_number,
    {{ financial_year('month_number') }} as financial_year
from bases
