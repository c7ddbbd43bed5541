{{ config(materialized='table') }}

-- Each child on a plan at each month end owed, with the plan that speaks for the child: the earliest, then lowest id.
select
    plans.view_id,
    plans.la_child_id,
    periods.month_number,
    periods.period_end,
    periods.period_end_number,
    periods.twelve_months_start,
    min(plans.cp_plan_start_date) as on_plan_since,
    first(plans.cp_plan_id order by plans.cp_plan_start_date, plans.tie_order) as cp_plan_id,
    first(plans.latest_category_code order by plans.cp_plan_start_date, plans.tie_order) as category_code
from {{ ref('int_plans__base') }} as plans
inner join {{ ref('int_periods_owed') }} as periods
    on
        plans.view_id = periods.view_id
        and {{ is_live('plans.cp_plan_start_date', 'plans.cp_plan_end_date', 'periods.period_end') }}
group by all
