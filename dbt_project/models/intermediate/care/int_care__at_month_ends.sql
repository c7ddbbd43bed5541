-- Each child looked after at the end of a month that a net change begins or ends with; short breaks apart. Months
-- before the first one expected are here too: both ends are worked out from the same vintage.
with calendar_months as (

    select distinct month_number from {{ ref('dim_calendar') }}

),

month_ends as (

    select distinct expected.vintage_id, ends.month_number
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('dim_period') }} as periods
        on expected.month_number = periods.month_number and periods.period_basis not in ('point_in_time', 'since')
    inner join calendar_months as ends
        on ends.month_number in (periods.month_number, periods.first_month_number - 1)

),

days as (

    select vintage_id, month_number, {{ month_end('month_number') }} as month_end from month_ends

)

select
    days.vintage_id,
    days.month_number,
    episodes.la_child_id,
    any_value(episodes.content_id) as content_id,
    max(episodes.row_number) as row_number
from days
inner join {{ ref('stg_returns__cla_episodes') }} as episodes
    on
        days.vintage_id = episodes.vintage_id
        and {{ is_live('episodes.episode_start_date', 'episodes.ceased_date', 'days.month_end') }}
{{ not_on_short_break('episodes', 'days.month_end') }}
group by all
