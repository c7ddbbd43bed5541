-- Targets, limits and milestones as set, with the source that a row without one must have.
select
    la_code,
    indicator_id,
    from_date,
    to_date,
    target,
    limit_lower,
    limit_upper,
    {{ month_written('since_month') }} as since_month,
    period_basis,
    coalesce(tolerance, 0) as tolerance,
    last_day(due_date) as due_date,
    coalesce(source, case
        when indicator_id = 'wf_caseload_over_threshold' then 'cap'
        when target is null then 'limit_band'
        else 'local_target'
    end) as target_source,
    la_code = 'ENG' as is_for_all
from {{ source('reference', 'targets') }}
