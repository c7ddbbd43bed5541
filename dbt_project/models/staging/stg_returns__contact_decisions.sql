-- What was decided on a contact, and when; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    contact_decisions.contact_id,
    contact_decisions.decision_date,
    contact_decisions.screened_date,
    coalesce(contact_decisions.screened_by_qualified, false) as is_screened_by_qualified
from {{ source('returns', 'contact_decisions') }} as contact_decisions
inner join {{ source('ledger', 'sources') }} as sources on contact_decisions.content_id = sources.content_id
