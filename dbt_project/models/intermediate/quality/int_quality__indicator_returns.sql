-- Each figure sent as a total, and whether it breaks each rule; null where the rule has nothing to judge.
with figures as (

    {{ judged('indicator_returns') }}

)

select
    figures.la_code,
    figures.content_id,
    figures.row_number,
    abs(figures.value - indicators.scale * figures.numerator / nullif(figures.denominator, 0)) > 1
        as printed_not_recomputed,
    case
        when indicators.unit = 'percent'
            then round(abs(given.value - 100 * derived.numerator / nullif(derived.denominator, 0)), 9) > 0.1
        else abs(coalesce(given.numerator, given.value) - derived.numerator) > 1
    end as total_not_its_months
from figures
left join {{ ref('dim_indicator') }} as indicators on figures.indicator_id = indicators.indicator_id
-- a total is set beside what is derived where it is the figure: where records give none
left join {{ ref('int_indicators__answers') }} as given
    on
        figures.la_code = given.la_code
        and figures.indicator_id = given.indicator_id
        and figures.period_basis = given.period_basis
        and figures.period_end = given.period_end
        and figures.breakdown = given.breakdown_value
        and given.edition = 'restated'
        and given.value_status = 'reported'
left join {{ ref('int_indicators__derived') }} as derived
    on
        given.vintage_id = derived.vintage_id
        and given.indicator_id = derived.indicator_id
        and given.period_basis = derived.period_basis
        and given.month_number = derived.month_number
