-- Recorded changes of a process, from which its usual range is worked out anew.
select
    la_code,
    indicator_id,
    from_date,
    reason
from {{ source('reference', 'process_changes') }}
