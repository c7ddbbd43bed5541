-- Contacts received at the front door, one row a contact and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cont_contact_id as contact_id,
    cont_person_id as la_child_id,
    cont_contact_date as contact_date,
    cont_contact_source_code as contact_source_code,
    {{ json_text('cont_contact_outcome_json', 'NEW_REFERRAL_FLAG') }} as new_referral_flag
from {{ source('returns', 'contacts') }}
