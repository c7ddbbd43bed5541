-- England's days, working days numbered once: counting between two dates is a subtraction.
select
    calendar_date,
    is_working_day,
    working_day_number,
    min(case when is_working_day then calendar_date end) over (
        order by calendar_date rows between current row and unbounded following
    ) as next_working_day,
    {{ month_number('calendar_date') }} as month_number
from {{ ref('stg_ledger__calendar') }}
