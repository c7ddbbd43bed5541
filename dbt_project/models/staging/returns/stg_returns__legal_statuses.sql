-- Legal status spells of looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    lega_legal_status_id as legal_status_id,
    lega_person_id as la_child_id,
    lega_legal_status as legal_status_code,
    lega_legal_status_start_date as legal_status_start_date,
    lega_legal_status_end_date as legal_status_end_date,
    tie_order
from {{ source('returns', 'legal_statuses') }}
