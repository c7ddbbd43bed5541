-- Who answers by name for giving figures that are held.
select
    ground,
    la_code,
    return_name,
    reason,
    by_name,
    until_month
from {{ source('ledger', 'overrides') }}
