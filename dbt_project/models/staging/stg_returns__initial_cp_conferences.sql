-- Initial child protection conferences, one row a conference and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    initial_cp_conferences.icpc_icpc_id as icpc_id,
    initial_cp_conferences.icpc_person_id as la_child_id,
    initial_cp_conferences.icpc_icpc_date as icpc_date,
    initial_cp_conferences.icpc_icpc_meeting_id as meeting_id,
    initial_cp_conferences.icpc_s47_enquiry_id as s47_enquiry_id,
    initial_cp_conferences.icpc_referral_id as referral_id,
    initial_cp_conferences.icpc_cp_plan_id as cp_plan_id,
    coalesce(initial_cp_conferences.icpc_icpc_transfer_in, false) as is_transfer_in,
    initial_cp_conferences.icpc_icpc_target_date as target_date,
    coalesce(initial_cp_conferences.icpc_icpc_outcome_cp_flag, false) as is_plan_made,
    initial_cp_conferences.icpc_icpc_team as team
from {{ source('returns', 'initial_cp_conferences') }} as initial_cp_conferences
inner join {{ source('ledger', 'sources') }} as sources on initial_cp_conferences.content_id = sources.content_id
