-- What was measured of each authority's newest returns and was above nothing: held where it passed its bound, a warning
-- where it did not. Counts over counts, and never a value.
with judged as (

    select
        measure_no, bool_or(severity = 'critical') as is_held, string_agg(check_name, ' ' order by check_name) as checks
    from {{ ref('stg_gate__judgements') }}
    group by measure_no

)

select
    measures.la_code,
    measures.ground,
    measures.return_name,
    measures.field_name,
    coalesce(measures.rule_id, '') as rule_id,
    coalesce(measures.indicator_id, '') as indicator_id,
    coalesce(measures.period_basis, '') as period_basis,
    coalesce(measures.breakdown_value, '') as breakdown_value,
    measures.look_back,
    coalesce({{ month_end('measures.month_number') }}, last_day((vintages.view_month || '-01')::date)) as period_end,
    measures.counted,
    measures.out_of,
    measures.measured,
    case
        when doubts.overridden_by is not null then 'overridden'
        when judged.is_held then 'held'
        else 'warning'
    end as consequence,
    judged.checks as checks_not_met,
    {{ ground_sentence() }} as ground_sentence,
    {{ ground_sentence('grounds.suggested_action') }} as suggested_action,
    months.month_state
from {{ ref('int_measures') }} as measures
inner join {{ ref('stg_ledger__vintages') }} as vintages
    on measures.vintage_id = vintages.vintage_id and vintages.edition = 'restated'
inner join {{ ref('doubt_grounds') }} as grounds on measures.ground = grounds.ground
left join {{ ref('quality_rules') }} as rules on measures.rule_id = rules.rule_id
left join {{ ref('fct_month_status') }} as months
    on vintages.la_code = months.la_code and vintages.view_month = months.reporting_month
left join judged on measures.measure_no = judged.measure_no
left join {{ ref('int_gate__doubts') }} as doubts on measures.measure_no = doubts.measure_no
where
    judged.measure_no is not null
    or (measures.counted > 0 and measures.ground not in ('stopped', 'contradiction', 'sent_before'))
order by
    measures.la_code, measures.ground, measures.return_name, measures.field_name, rule_id, indicator_id, period_basis,
    breakdown_value, measures.look_back, period_end
