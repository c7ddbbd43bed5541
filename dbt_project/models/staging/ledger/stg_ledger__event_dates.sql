-- The day of every event of the returns judged and of those before them.
select
    content_id,
    return_name,
    event_date
from {{ source('ledger', 'event_dates') }}
