-- Child in need plans, one row a plan and child; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cin_plans.cinp_cin_plan_id as cin_plan_id,
    cin_plans.cinp_person_id as la_child_id,
    cin_plans.cinp_referral_id as referral_id,
    cin_plans.cinp_cin_plan_start_date as cin_plan_start_date,
    cin_plans.cinp_cin_plan_end_date as cin_plan_end_date,
    cin_plans.cinp_cin_plan_team as team
from {{ source('returns', 'cin_plans') }} as cin_plans
inner join {{ source('ledger', 'sources') }} as sources on cin_plans.content_id = sources.content_id
