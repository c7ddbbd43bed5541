-- Why figures of the month reported are held, and what would free them: one row for each doubt about an authority's
-- return, field or rule, the one that holds most figures first.
select
    held.la_code,
    held.ground,
    held.return_name,
    held.field_name,
    held.rule_id,
    any_value(grounds.title) as ground_title,
    arg_max(held.ground_sentence, held.measured) as ground_sentence,
    any_value(held.suggested_action) as suggested_action,
    count(distinct row(held.indicator_id, held.period_basis, held.breakdown_value)) as figure_count,
    count(distinct row(held.indicator_id, held.period_basis, held.breakdown_value)) filter (
        where held.is_earlier_figure_given
    ) as earlier_figure_count
from {{ ref('fct_held_figures') }} as held
inner join {{ ref('dim_ground') }} as grounds on held.ground = grounds.ground
inner join {{ ref('stg_ledger__reporting') }} as reporting
    on held.period_end = last_day((reporting.view_month || '-01')::date)
group by held.la_code, held.ground, held.return_name, held.field_name, held.rule_id
order by
    held.la_code asc, figure_count desc, held.ground asc, held.return_name asc, held.field_name asc, held.rule_id asc
