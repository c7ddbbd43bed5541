-- rule_broken, children_unknown: the records that break each quality rule, of those that it had to judge. A rule that
-- crashed has no measure, and that is judged too.
select
    vintages.vintage_id,
    outcomes.la_code,
    coalesce(rules.return_name, '*') as return_name,
    coalesce(rules.field_name, '*') as field_name,
    coalesce(rules.ground, 'rule_broken') as ground,
    outcomes.rule_id,
    rules.effect,
    outcomes.rows_failing::double as counted,
    outcomes.rows_checked::double as out_of,
    case when outcomes.state <> 'crashed' then outcomes.rows_failing / greatest(outcomes.rows_checked, 1) end
        as measured
from {{ ref('int_quality__outcomes') }} as outcomes
inner join {{ ref('quality_rules') }} as rules on outcomes.rule_id = rules.rule_id
inner join {{ ref('stg_ledger__vintages') }} as vintages
    on outcomes.la_code = vintages.la_code and vintages.edition = 'restated'
where outcomes.state <> 'not_run'
