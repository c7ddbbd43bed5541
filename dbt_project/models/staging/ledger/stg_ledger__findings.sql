-- What could not be read of the returns, without the values.
select
    la_code,
    reporting_month,
    return_name,
    file,
    content_id,
    row_number,
    column_name,
    field_name,
    event_date,
    finding,
    reason,
    next_move
from {{ source('ledger', 'findings') }}
