-- Names of invented authorities, where there are any.
select
    la_code,
    la_name
from {{ source('reference', 'authorities') }}
