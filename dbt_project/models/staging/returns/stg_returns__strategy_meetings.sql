-- Strategy meetings held, one row a meeting and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    meeting_id,
    person_id as la_child_id,
    held_date,
    trigger_code
from {{ source('returns', 'strategy_meetings') }}
