-- The returns that the release before was made from.
select
    la_code,
    reporting_month,
    return_name,
    version,
    source_format,
    is_current,
    sha256
from {{ source('ledger', 'previous_submissions') }}
