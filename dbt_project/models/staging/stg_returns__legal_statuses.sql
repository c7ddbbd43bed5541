-- Legal status spells of looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    legal_statuses.lega_legal_status_id as legal_status_id,
    legal_statuses.lega_person_id as la_child_id,
    legal_statuses.lega_legal_status as legal_status_code,
    legal_statuses.lega_legal_status_start_date as legal_status_start_date,
    legal_statuses.lega_legal_status_end_date as legal_status_end_date
from {{ source('returns', 'legal_statuses') }} as legal_statuses
inner join {{ source('ledger', 'sources') }} as sources on legal_statuses.content_id = sources.content_id
