-- What was decided on a contact, and when; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    contact_id,
    decision_date,
    screened_date,
    coalesce(screened_by_qualified, false) as is_screened_by_qualified
from {{ source('returns', 'contact_decisions') }}
