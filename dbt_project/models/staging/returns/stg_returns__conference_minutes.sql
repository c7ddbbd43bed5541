-- Minutes of conferences and reviews: due and sent; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    meeting_id,
    kind_code,
    held_date,
    minutes_due_date,
    minutes_sent_date
from {{ source('returns', 'conference_minutes') }}
