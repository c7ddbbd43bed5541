-- The month that this refresh reports.
select
    view_month
from {{ source('ledger', 'reporting') }}
