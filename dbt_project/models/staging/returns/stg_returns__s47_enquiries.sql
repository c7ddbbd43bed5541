-- Section 47 enquiries, one row an enquiry and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    s47e_s47_enquiry_id as s47_enquiry_id,
    s47e_person_id as la_child_id,
    s47e_referral_id as referral_id,
    s47e_s47_start_date as s47_start_date,
    s47e_s47_end_date as s47_end_date,
    s47e_s47_nfa as is_no_further_action,
    s47e_s47_completed_by_team as team
from {{ source('returns', 's47_enquiries') }}
