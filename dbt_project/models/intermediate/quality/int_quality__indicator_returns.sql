-- Each figure sent as a total, and whether it breaks each rule; null where the rule has nothing to judge.
with figures as (

    {{ judged('indicator_returns') }}

)

select
    figures.la_code,
    figures.content_id,
    figures.row_number,
    abs(figures.value - indicators.scale * figures.numerator / nullif(figures.denominator, 0)) > 1
        as printed_not_recomputed
from figures
left join {{ ref('dim_indicator') }} as indicators on figures.indicator_id = indicators.indicator_id
