-- Child protection plans that count: those of other authorities held for a while do not.
select
    vintage_id,
    content_id,
    row_number,
    as_at_date,
    cp_plan_id,
    la_child_id,
    cp_plan_start_date,
    cp_plan_end_date,
    referral_id,
    icpc_id,
    initial_category_code,
    latest_category_code,
    is_other_authority,
    number_of_previous_plans,
    tie_order,
    min(cp_plan_start_date) over (partition by vintage_id, la_child_id) < cp_plan_start_date as has_earlier_plan
from {{ ref('stg_returns__cp_plans') }}
where not is_other_authority
