-- cla_net_change  Net change in children looked after: those at the end less those the day before the period began.
--
-- Both ends are worked out from the same vintage, so the month ends before the first one expected are counted here too.
with calendar_months as (

    select distinct month_number from {{ ref('dim_calendar') }}

),

month_ends as (

    select distinct expected.vintage_id, ends.month_number
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('dim_period') }} as periods
        on expected.month_number = periods.month_number and periods.period_basis <> 'point_in_time'
    inner join calendar_months as ends
        on ends.month_number in (periods.month_number, periods.first_month_number - 1)

),

days as (

    select vintage_id, month_number, {{ month_end('month_number') }} as month_end from month_ends

),

open_at as (

    select days.vintage_id, days.month_number, count(distinct episodes.la_child_id) as child_count
    from days
    inner join {{ ref('stg_returns__cla_episodes') }} as episodes
        on
            days.vintage_id = episodes.vintage_id
            and {{ is_live('episodes.episode_start_date', 'episodes.ceased_date', 'days.month_end') }}
    where
        not exists (
            select 1 from {{ ref('int_care__respite') }} as respite
            where
                episodes.vintage_id = respite.vintage_id
                and episodes.la_child_id = respite.la_child_id
                and {{ is_live('respite.legal_status_start_date', 'respite.legal_status_end_date', 'days.month_end') }}
        )
    group by all

)

select
    'cla_net_change' as indicator_id,
    expected.vintage_id,
    periods.period_basis,
    periods.month_number,
    coalesce(at_end.child_count, 0) - coalesce(at_start.child_count, 0) as numerator
from {{ ref('int_periods__expected') }} as expected
inner join {{ ref('dim_period') }} as periods
    on expected.month_number = periods.month_number and periods.period_basis <> 'point_in_time'
left join open_at as at_end
    on expected.vintage_id = at_end.vintage_id and periods.month_number = at_end.month_number
left join open_at as at_start
    on expected.vintage_id = at_start.vintage_id and periods.first_month_number - 1 = at_start.month_number
