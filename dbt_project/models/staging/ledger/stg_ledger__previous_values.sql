-- The figures of the release before; what stands where a figure is now held.
select
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
    snapshot_month,
    view_month
from {{ source('ledger', 'previous_values') }}
