-- When a manager decided on a referral; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    referral_decisions.referral_id,
    referral_decisions.decision_date
from {{ source('returns', 'referral_decisions') }} as referral_decisions
inner join {{ source('ledger', 'sources') }} as sources on referral_decisions.content_id = sources.content_id
