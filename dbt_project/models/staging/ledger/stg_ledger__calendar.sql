-- England's days, and which of them are worked.
select
    calendar_date,
    is_working_day,
    working_day_number
from {{ source('ledger', 'calendar') }}
