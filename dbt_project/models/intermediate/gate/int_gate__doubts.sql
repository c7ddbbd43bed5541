{{ config(materialized='fresh_table') }}

-- Each measure that holds figures, in words: Great Expectations found it beyond its bound, or could not judge it.
-- Where somebody answers by name for the figures all the same, they are given.
with found as (

    select measure_no, check_name, state, bound
    from {{ ref('stg_gate__judgements') }}
    where severity = 'critical'
    qualify row_number() over (partition by measure_no order by check_name) = 1

)

select
    measures.measure_no,
    measures.vintage_id,
    measures.la_code,
    measures.return_name,
    measures.field_name,
    measures.ground,
    measures.rule_id,
    measures.effect,
    measures.look_back,
    measures.source_month_number,
    measures.month_number,
    measures.counted,
    measures.out_of,
    measures.measured,
    measures.indicator_id,
    measures.period_basis,
    measures.breakdown_type,
    measures.breakdown_value,
    found.check_name,
    found.state,
    found.bound,
    grounds.priority,
    {{ ground_sentence() }} as ground_sentence,
    {{ ground_sentence('grounds.suggested_action') }} as suggested_action,
    overrides.by_name as overridden_by,
    overrides.reason as override_reason
from {{ ref('int_measures') }} as measures
inner join found on measures.measure_no = found.measure_no
inner join {{ ref('doubt_grounds') }} as grounds on measures.ground = grounds.ground
inner join {{ ref('stg_ledger__vintages') }} as vintages on measures.vintage_id = vintages.vintage_id
left join {{ ref('quality_rules') }} as rules on measures.rule_id = rules.rule_id
left join {{ ref('stg_ledger__overrides') }} as overrides
    on
        measures.la_code = overrides.la_code
        and measures.ground = overrides.ground
        and coalesce(measures.indicator_id, measures.return_name) = overrides.return_name
        and vintages.view_month <= overrides.until_month
