-- Versions of plan documents as authorised; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    document_id,
    person_id as la_child_id,
    kind_code,
    authorised_date,
    next_review_due_date,
    tie_order
from {{ source('returns', 'plan_documents') }}
