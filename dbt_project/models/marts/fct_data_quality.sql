-- How each quality rule ended for each authority, in counts: one row for every rule, judged or not.
select
    outcomes.la_code,
    outcomes.reporting_month,
    outcomes.rule_id,
    outcomes.severity,
    outcomes.state,
    outcomes.rows_checked,
    outcomes.rows_failing,
    outcomes.threshold_percent,
    outcomes.is_over_threshold,
    outcomes.not_run_reason,
    outcomes.overridden_by,
    outcomes.override_reason,
    months.month_state
from {{ ref('int_quality__outcomes') }} as outcomes
left join {{ ref('fct_month_status') }} as months
    on outcomes.la_code = months.la_code and outcomes.reporting_month = months.reporting_month
order by outcomes.la_code, outcomes.rule_id
