-- Figures of earlier closings as they were kept.
select
    event_id,
    la_code,
    indicator_id,
    period_basis,
    period_end,
    breakdown_type,
    breakdown_value,
    numerator,
    denominator,
    value,
    value_status,
    view_month
from {{ source('ledger', 'closed_figures') }}
