-- Strategy meetings held, one row a meeting and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    strategy_meetings.meeting_id,
    strategy_meetings.person_id as la_child_id,
    strategy_meetings.held_date,
    strategy_meetings.trigger_code
from {{ source('returns', 'strategy_meetings') }} as strategy_meetings
inner join {{ source('ledger', 'sources') }} as sources on strategy_meetings.content_id = sources.content_id
