-- The main reason why a conference or review was late;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    late_meetings.record_id,
    late_meetings.kind_code,
    late_meetings.reason_code
from {{ source('returns', 'late_meetings') }} as late_meetings
inner join {{ source('ledger', 'sources') }} as sources on late_meetings.content_id = sources.content_id
