-- The figures of final months on the basis that is reported first, with what the public pack must know of each to
-- protect it.
select
    figures.la_code,
    authorities.region_code,
    figures.indicator_id,
    indicators.unit,
    indicators.scale,
    indicators.kind,
    indicators.count_unit,
    {{ month_number('figures.period_end') }} as month_number,
    figures.period_end,
    figures.period_basis,
    figures.breakdown_type,
    figures.breakdown_value,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.value_status
from {{ ref('int_indicators__public') }} as figures
inner join {{ ref('dim_indicator') }} as indicators
    on figures.indicator_id = indicators.indicator_id and figures.period_basis = indicators.headline_basis
inner join {{ ref('dim_authority') }} as authorities on figures.la_code = authorities.la_code
