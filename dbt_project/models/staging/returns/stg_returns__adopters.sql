-- Adoptive families and their way through approval; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    family_id,
    kind_code,
    approved_date,
    matched_date,
    left_date
from {{ source('returns', 'adopters') }}
