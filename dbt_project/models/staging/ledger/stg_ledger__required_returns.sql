-- The returns that each month of each authority waits for.
select
    la_code,
    reporting_month,
    return_name
from {{ source('ledger', 'required_returns') }}
