-- Referrals and the episodes of need they open, one row a referral and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cine_referral_id as referral_id,
    cine_person_id as la_child_id,
    cine_referral_date as referral_date,
    cine_referral_source_code as referral_source_code,
    cine_cin_primary_need_code as primary_need_code,
    coalesce(cine_referral_nfa, false) as is_no_further_action,
    cine_referral_nfa is null as is_no_further_action_empty,
    cine_close_date as close_date,
    cine_close_reason as close_reason_code,
    cine_referral_team as team,
    cine_referral_worker_id as worker_id,
    tie_order
from {{ source('returns', 'cin_episodes') }}
