-- Every authority and month for which a folder was opened.
select
    reporting_month,
    la_code
from {{ source('ledger', 'folders') }}
