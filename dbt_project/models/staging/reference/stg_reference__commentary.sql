-- What the analyst says of a figure.
select
    la_code,
    indicator_id,
    period_end,
    commentary,
    is_public
from {{ source('reference', 'commentary') }}
