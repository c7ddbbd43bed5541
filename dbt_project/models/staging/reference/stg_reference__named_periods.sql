-- Month ends that reports compare with by a name.
select
    la_code,
    label,
    period_end
from {{ source('reference', 'named_periods') }}
