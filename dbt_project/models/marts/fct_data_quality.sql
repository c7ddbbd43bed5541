-- How each quality rule ended for each authority, in counts: one row for every rule, judged or not.
select
    la_code,
    reporting_month,
    rule_id,
    severity,
    state,
    rows_checked,
    rows_failing,
    threshold_percent,
    is_over_threshold,
    not_run_reason,
    overridden_by,
    override_reason
from {{ ref('int_quality__outcomes') }}
order by la_code, rule_id
