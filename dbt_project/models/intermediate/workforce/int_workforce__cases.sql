{{ config(materialized='table') }}

-- Each case a social worker holds at each month end owed: a worker and a child, however often involved.
select distinct
    involvements.view_id,
    periods.la_code,
    involvements.worker_id,
    involvements.la_child_id,
    periods.month_number,
    periods.period_end
from {{ ref('stg_returns__involvements') }} as involvements
inner join {{ ref('int_periods_owed') }} as periods
    on
        involvements.view_id = periods.view_id
        and {{ is_live(
            'involvements.involvement_start_date', 'involvements.involvement_end_date', 'periods.period_end'
        ) }}
where involvements.role_code = 'SW'
