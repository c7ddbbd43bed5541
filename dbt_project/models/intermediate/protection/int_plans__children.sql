{{ config(materialized='fresh_table') }}

-- Each child on a plan at each month end expected, with the plan that speaks for the child: the earliest, then lowest
-- id.
with plans as (

    select
        vintage_id, content_id, row_number, la_child_id, cp_plan_id, cp_plan_start_date as on_plan_since,
        cp_plan_end_date, tie_order,
        latest_category_code as category_code
    from {{ ref('int_plans__base') }}

)

{{ earliest_open_at_month_ends(
    'plans', ['la_child_id'], 'on_plan_since', 'cp_plan_end_date',
    ['on_plan_since', 'cp_plan_id', 'category_code', 'content_id', 'row_number'],
    ['period_end', 'period_end_number', 'twelve_months_start'], then_by=['tie_order']
) }}
