-- What the analyst says of a figure of a month, as written in reference/commentary.csv.
select
    la_code,
    indicator_id,
    last_day(period_end) as period_end,
    commentary
from {{ source('reference', 'commentary') }}
qualify row_number() over (partition by la_code, indicator_id, last_day(period_end) order by period_end desc) = 1
order by la_code, indicator_id, last_day(period_end)
