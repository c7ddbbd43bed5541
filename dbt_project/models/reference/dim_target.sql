-- Targets, agreed bands and milestones as they were set. Which of them serves a period: int_comparisons__goals.
select
    la_code,
    indicator_id,
    from_date,
    to_date,
    due_date,
    period_basis,
    target::double as target_value,
    limit_lower::double as limit_lower,
    limit_upper::double as limit_upper,
    tolerance::double as tolerance,
    target_source,
    is_for_all
from {{ ref('stg_reference__targets') }}
order by la_code, indicator_id, from_date
