-- When a manager decided on a referral; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    referral_id,
    decision_date
from {{ source('returns', 'referral_decisions') }}
