-- How many cells of a field say something, by the month of the row's event.
select
    content_id,
    field_name,
    event_month_number,
    filled
from {{ source('ledger', 'cells_filled') }}
