-- Every answer expected as it now stands. One row for every answer expected; in the order that it was worked out in.
select
    la_code,
    indicator_id,
    period_basis,
    period_end,
    period_start,
    breakdown_type,
    breakdown_value,
    numerator,
    denominator,
    value,
    value_status,
    snapshot_month,
    view_month,
    ground,
    ground_sentence,
    suggested_action,
    month_state
from {{ ref('int_indicators__values') }}
