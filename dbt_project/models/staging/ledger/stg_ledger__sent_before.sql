-- Returns that hold the very rows of an earlier month's.
select
    content_id,
    same_as_month
from {{ source('ledger', 'sent_before') }}
