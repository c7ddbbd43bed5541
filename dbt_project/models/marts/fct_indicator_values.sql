-- Every answer owed as it now stands: what the newest snapshots say of each month. One row for every answer owed.
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
from {{ ref('int_indicators__answers') }}
where edition = 'restated'
order by la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value
