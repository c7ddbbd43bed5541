-- Minutes of conferences and reviews: due and sent; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    conference_minutes.meeting_id,
    conference_minutes.kind_code,
    conference_minutes.held_date,
    conference_minutes.minutes_due_date,
    conference_minutes.minutes_sent_date
from {{ source('returns', 'conference_minutes') }} as conference_minutes
inner join {{ source('ledger', 'sources') }} as sources on conference_minutes.content_id = sources.content_id
