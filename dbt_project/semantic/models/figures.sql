-- The total of each indicator on the basis that it is reported on first, which its metric is of.
select figures.la_code, figures.indicator_id, figures.period_end, figures.numerator, figures.denominator
from release.main.fct_indicator_values as figures
inner join release.main.dim_indicator as indicators
    on figures.indicator_id = indicators.indicator_id and figures.period_basis = indicators.headline_basis
where figures.breakdown_type = 'all' and figures.value is not null
