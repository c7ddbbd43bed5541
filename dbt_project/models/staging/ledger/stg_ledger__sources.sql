-- The file version that each vintage reads each return from.
select
    vintage_id,
    return_name,
    source_month,
    content_id,
    landed,
    as_at_date,
    source_format,
    scope
from {{ source('ledger', 'sources') }}
