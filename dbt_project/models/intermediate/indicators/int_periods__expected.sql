{{ config(materialized='fresh_table') }}

-- Every month that each vintage answers for: from the authority's first folder, or from where its history is
-- worked out; or the one month first published. It is told of its last day, and the newest of the day that the
-- vintage is as at.
with history as (

    select la_code, min(date_trunc('month', period_end)::date) as records_from, max(period_end) as history_end
    from {{ ref('stg_ledger__month_states') }}
    where month_state = 'history'
    group by la_code

),

months as (

    select
        vintages.vintage_id,
        vintages.la_code,
        vintages.edition,
        vintages.view_month,
        periods.month_number,
        case
            when periods.month_number = {{ month_number_of_text('vintages.view_month') }} then vintages.as_at_date
            else periods.period_end
        end as period_end
    from {{ ref('stg_ledger__vintages') }} as vintages
    inner join {{ ref('dim_period') }} as periods
        on
            periods.period_basis = 'point_in_time'
            and periods.month_number between
            {{ month_number_of_text('vintages.first_period') }} and {{ month_number_of_text('vintages.view_month') }}

)

select
    months.*,
    twelve_months.period_start as twelve_months_start,
    days.working_day_number as period_end_number,
    history.records_from,
    coalesce(months.period_end <= history.history_end, false) as is_from_history
from months
inner join {{ ref('dim_period') }} as twelve_months
    on
        twelve_months.period_basis = 'rolling_12_months'
        and months.month_number = twelve_months.month_number
inner join {{ ref('dim_calendar') }} as days on months.period_end = days.calendar_date
left join history on months.la_code = history.la_code
