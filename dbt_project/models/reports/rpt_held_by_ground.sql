-- Why figures of the month reported are held, and what would free them: one row for each doubt about an authority's
-- return, field or rule, the one that holds most figures first.
select
    held.la_code,
    held.ground,
    held.return_name,
    held.field_name,
    held.rule_id,
    held.ground_title,
    held.ground_sentence,
    held.suggested_action,
    held.figure_count,
    held.earlier_figure_count
from {{ ref('rpt_held_by_month') }} as held
inner join {{ ref('stg_ledger__reporting') }} as reporting
    on held.period_end = last_day((reporting.view_month || '-01')::date)
order by
    held.la_code asc, held.figure_count desc, held.ground asc, held.return_name asc, held.field_name asc,
    held.rule_id asc
