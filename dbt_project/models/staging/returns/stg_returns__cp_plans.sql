-- Child protection plans, one row a plan and child; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cppl_cp_plan_id as cp_plan_id,
    cppl_person_id as la_child_id,
    cppl_cp_plan_start_date as cp_plan_start_date,
    cppl_cp_plan_end_date as cp_plan_end_date,
    cppl_referral_id as referral_id,
    cppl_icpc_id as icpc_id,
    cppl_cp_plan_initial_category as initial_category_code,
    cppl_cp_plan_latest_category as latest_category_code,
    coalesce(cppl_cp_plan_ola, false) as is_other_authority,
    number_of_previous_plans,
    tie_order
from {{ source('returns', 'cp_plans') }}
