-- How each quality rule ended for each authority, in counts: one row for every rule, judged or not.
with holding as (

    select la_code, rule_id, any_value(overridden_by) as overridden_by, any_value(override_reason) as override_reason
    from {{ ref('int_gate__doubts') }}
    where rule_id is not null
    group by all

)

select
    outcomes.la_code,
    outcomes.reporting_month,
    outcomes.rule_id,
    outcomes.severity,
    outcomes.state,
    outcomes.rows_checked,
    outcomes.rows_failing,
    holding.rule_id is not null and holding.overridden_by is null as is_holding,
    outcomes.not_run_reason,
    holding.overridden_by,
    holding.override_reason,
    months.month_state
from {{ ref('int_quality__outcomes') }} as outcomes
left join holding on outcomes.la_code = holding.la_code and outcomes.rule_id = holding.rule_id
left join {{ ref('fct_month_status') }} as months
    on outcomes.la_code = months.la_code and outcomes.reporting_month = months.reporting_month
order by outcomes.la_code, outcomes.rule_id
