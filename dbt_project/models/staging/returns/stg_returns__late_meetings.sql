-- The main reason why a conference or review was late;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    record_id,
    kind_code,
    reason_code
from {{ source('returns', 'late_meetings') }}
