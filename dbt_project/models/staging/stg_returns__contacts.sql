-- Contacts received at the front door, one row a contact and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    contacts.cont_contact_id as contact_id,
    contacts.cont_person_id as la_child_id,
    contacts.cont_contact_date as contact_date,
    contacts.cont_contact_source_code as contact_source_code,
    {{ json_text('contacts.cont_contact_outcome_json', 'NEW_REFERRAL_FLAG') }} as new_referral_flag
from {{ source('returns', 'contacts') }} as contacts
inner join {{ source('ledger', 'sources') }} as sources on contacts.content_id = sources.content_id
