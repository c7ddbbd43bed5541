{{ config(materialized='table') }}

-- Each child on a child in need plan at each month end owed, who is neither on a protection plan nor in care.
select
    plans.view_id,
    plans.la_child_id,
    periods.month_number,
    periods.period_end,
    periods.period_end_number,
    min(plans.cin_plan_start_date) as on_plan_since
from {{ ref('stg_returns__cin_plans') }} as plans
inner join {{ ref('int_periods_owed') }} as periods
    on
        plans.view_id = periods.view_id
        and {{ is_live('plans.cin_plan_start_date', 'plans.cin_plan_end_date', 'periods.period_end') }}
anti join {{ ref('int_plans__children') }} as on_plan
    on
        plans.view_id = on_plan.view_id
        and plans.la_child_id = on_plan.la_child_id
        and periods.month_number = on_plan.month_number
anti join {{ ref('int_care__children') }} as in_care
    on
        plans.view_id = in_care.view_id
        and plans.la_child_id = in_care.la_child_id
        and periods.month_number = in_care.month_number
group by all
