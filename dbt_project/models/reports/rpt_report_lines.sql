{{ config(materialized='view') }}

-- Each indicator of each authority and month as reports have it, on each basis, with the year to date and what the
-- analyst says of it.
select
    figures.la_code,
    figures.period_end,
    indicators.indicator_id,
    figures.period_basis,
    figures.period_basis = indicators.headline_basis as is_headline_basis,
    indicators.title,
    indicators.area,
    indicators.unit,
    indicators.polarity,
    indicators.can_be_negative,
    indicators.display_order,
    figures.value,
    figures.value_status,
    figures.numerator,
    figures.denominator,
    to_date.value as year_to_date_value,
    to_date.value_status as year_to_date_status,
    commentary.commentary
from {{ ref('fct_indicator_values') }} as figures
inner join {{ ref('dim_indicator') }} as indicators on figures.indicator_id = indicators.indicator_id
left join {{ ref('fct_indicator_values') }} as to_date
    on
        figures.la_code = to_date.la_code
        and figures.period_end = to_date.period_end
        and figures.indicator_id = to_date.indicator_id
        and to_date.period_basis = 'year_to_date'
        and to_date.breakdown_type = 'all'
left join {{ ref('fct_commentary') }} as commentary
    on
        figures.la_code = commentary.la_code
        and figures.period_end = commentary.period_end
        and figures.indicator_id = commentary.indicator_id
where figures.breakdown_type = 'all'
