{{ config(materialized='view') }}

-- Why figures of a month are held, and what would free them: one row for each doubt about an authority's return, field
-- or rule.
select
    held.la_code,
    held.period_end,
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
group by held.la_code, held.period_end, held.ground, held.return_name, held.field_name, held.rule_id
