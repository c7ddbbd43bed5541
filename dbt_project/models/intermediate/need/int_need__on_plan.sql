{{ config(materialized='fresh_table') }}

-- Each child on a child in need plan at each month end expected, who is neither on a protection plan nor in care.
with plans as (

    select vintage_id, content_id, row_number, la_child_id, cin_plan_start_date as on_plan_since, cin_plan_end_date
    from {{ ref('stg_returns__cin_plans') }}

),

children as (

    {{ earliest_open_at_month_ends(
        'plans', ['la_child_id'], 'on_plan_since', 'cin_plan_end_date',
        ['on_plan_since', 'content_id', 'row_number'],
        ['period_end', 'period_end_number']
    ) }}

)

select children.*
from children
anti join {{ ref('int_plans__children') }} as on_plan
    on
        children.vintage_id = on_plan.vintage_id
        and children.la_child_id = on_plan.la_child_id
        and children.month_number = on_plan.month_number
anti join {{ ref('int_care__children') }} as in_care
    on
        children.vintage_id = in_care.vintage_id
        and children.la_child_id = in_care.la_child_id
        and children.month_number = in_care.month_number
