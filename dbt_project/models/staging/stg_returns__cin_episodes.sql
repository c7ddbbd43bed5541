-- Referrals and the episodes of need they open, one row a referral and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cin_episodes.cine_referral_id as referral_id,
    cin_episodes.cine_person_id as la_child_id,
    cin_episodes.cine_referral_date as referral_date,
    cin_episodes.cine_referral_source_code as referral_source_code,
    cin_episodes.cine_cin_primary_need_code as primary_need_code,
    coalesce(cin_episodes.cine_referral_nfa, false) as is_no_further_action,
    cin_episodes.cine_close_date as close_date,
    cin_episodes.cine_close_reason as close_reason_code,
    cin_episodes.cine_referral_team as team,
    cin_episodes.cine_referral_worker_id as worker_id
from {{ source('returns', 'cin_episodes') }} as cin_episodes
inner join {{ source('ledger', 'sources') }} as sources on cin_episodes.content_id = sources.content_id
