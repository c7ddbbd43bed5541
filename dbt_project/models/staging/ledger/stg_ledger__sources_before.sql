-- The return that the same authority sent before each one that a vintage reads.
select
    content_id,
    before_content_id,
    before_month,
    landed
from {{ source('ledger', 'sources_before') }}
