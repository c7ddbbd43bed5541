-- Figures of a council's own choice to stand beside its own, as typed.
select
    la_code,
    indicator_id,
    comparator,
    from_date,
    to_date,
    period_basis,
    value,
    last_day(period_end) as period_end,
    source,
    la_code = 'ENG' as is_for_all
from {{ source('reference', 'comparators') }}
