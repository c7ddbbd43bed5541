{{ config(materialized='table') }}

-- Each case a social worker holds at each month end owed: worker and child, with the latest of their involvements.
select
    involvements.view_id,
    periods.la_code,
    involvements.worker_id,
    involvements.la_child_id,
    periods.month_number,
    periods.period_end,
    max(involvements.involvement_start_date) as involvement_start_date,
    last(involvements.involvement_id order by involvements.involvement_start_date, involvements.involvement_id)
        as involvement_id,
    last(involvements.team order by involvements.involvement_start_date, involvements.involvement_id) as team
from {{ ref('stg_returns__involvements') }} as involvements
inner join {{ ref('int_periods_owed') }} as periods
    on
        involvements.view_id = periods.view_id
        and {{ is_live(
            'involvements.involvement_start_date', 'involvements.involvement_end_date', 'periods.period_end'
        ) }}
where involvements.role_code = 'SW'
group by all
