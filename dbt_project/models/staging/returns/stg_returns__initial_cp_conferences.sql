-- Initial child protection conferences, one row a conference and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    icpc_icpc_id as icpc_id,
    icpc_person_id as la_child_id,
    icpc_icpc_date as icpc_date,
    icpc_icpc_meeting_id as meeting_id,
    icpc_s47_enquiry_id as s47_enquiry_id,
    icpc_referral_id as referral_id,
    icpc_cp_plan_id as cp_plan_id,
    coalesce(icpc_icpc_transfer_in, false) as is_transfer_in,
    icpc_icpc_target_date as target_date,
    coalesce(icpc_icpc_outcome_cp_flag, false) as is_plan_made,
    icpc_icpc_team as team
from {{ source('returns', 'initial_cp_conferences') }}
