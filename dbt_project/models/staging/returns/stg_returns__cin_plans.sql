-- Child in need plans, one row a plan and child; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cinp_cin_plan_id as cin_plan_id,
    cinp_person_id as la_child_id,
    cinp_referral_id as referral_id,
    cinp_cin_plan_start_date as cin_plan_start_date,
    cinp_cin_plan_end_date as cin_plan_end_date,
    cinp_cin_plan_team as team
from {{ source('returns', 'cin_plans') }}
