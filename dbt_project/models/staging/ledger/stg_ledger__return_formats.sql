-- Each return and how its history is read.
select
    return_name,
    history,
    event_date,
    child_field
from {{ source('ledger', 'return_formats') }}
