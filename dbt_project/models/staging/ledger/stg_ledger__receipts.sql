-- Every version of every return received.
select
    receipt_id,
    return_name,
    reporting_month,
    la_code,
    version,
    source_format,
    file,
    sha256,
    content_id,
    status,
    reason,
    row_count,
    kept_count,
    finding_count,
    repeat_count,
    is_current
from {{ source('ledger', 'receipts') }}
