-- Child protection plans, one row a plan and child; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cp_plans.cppl_cp_plan_id as cp_plan_id,
    cp_plans.cppl_person_id as la_child_id,
    cp_plans.cppl_cp_plan_start_date as cp_plan_start_date,
    cp_plans.cppl_cp_plan_end_date as cp_plan_end_date,
    cp_plans.cppl_referral_id as referral_id,
    cp_plans.cppl_icpc_id as icpc_id,
    cp_plans.cppl_cp_plan_initial_category as initial_category_code,
    cp_plans.cppl_cp_plan_latest_category as latest_category_code,
    coalesce(cp_plans.cppl_cp_plan_ola, false) as is_other_authority,
    cp_plans.number_of_previous_plans,
    cp_plans.tie_order
from {{ source('returns', 'cp_plans') }} as cp_plans
inner join {{ source('ledger', 'sources') }} as sources on cp_plans.content_id = sources.content_id
