-- Versions of plan documents as authorised; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    plan_documents.document_id,
    plan_documents.person_id as la_child_id,
    plan_documents.kind_code,
    plan_documents.authorised_date,
    plan_documents.next_review_due_date,
    plan_documents.tie_order
from {{ source('returns', 'plan_documents') }} as plan_documents
inner join {{ source('ledger', 'sources') }} as sources on plan_documents.content_id = sources.content_id
