-- Each figure that is held back and each doubt that holds it, with what would free it. Where an earlier sound return
-- covers the period, its figure stands in fct_indicator_values meanwhile.
select
    held.la_code,
    held.indicator_id,
    held.period_basis,
    last_day(make_date((held.month_number // 12)::int, (held.month_number % 12 + 1)::int, 1)) as period_end,
    coalesce(held.breakdown_value, 'every') as breakdown_value,
    doubts.ground,
    doubts.return_name,
    doubts.field_name,
    doubts.check_name,
    coalesce(doubts.rule_id, '') as rule_id,
    doubts.look_back,
    doubts.counted,
    doubts.out_of,
    doubts.measured,
    doubts.bound,
    doubts.ground_sentence,
    doubts.suggested_action,
    coalesce(figures.view_month < expected.view_month, false) as is_earlier_figure_given,
    figures.month_state
from {{ ref('int_gate__held') }} as held
inner join {{ ref('int_gate__doubts') }} as doubts on held.measure_no = doubts.measure_no
inner join {{ ref('int_periods__expected') }} as expected
    on held.vintage_id = expected.vintage_id and held.month_number = expected.month_number
inner join {{ ref('fct_indicator_values') }} as figures
    on
        held.la_code = figures.la_code
        and held.indicator_id = figures.indicator_id
        and held.period_basis = figures.period_basis
        and expected.period_end = figures.period_end
        and figures.breakdown_value = coalesce(held.breakdown_value, 'all')
where expected.edition = 'restated' and figures.ground is not null
order by held.la_code, held.indicator_id, held.period_basis, period_end, breakdown_value, doubts.measure_no
