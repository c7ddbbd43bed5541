{{ config(materialized='fresh_table') }}

-- Counts over each period: its months added up. What is not here was never counted: a true zero, if it was submitted.
select
    counts.vintage_id,
    counts.indicator_id,
    counts.breakdown_value,
    periods.period_basis,
    periods.month_number,
    sum(counts.numerator) as numerator,
    sum(counts.denominator) as denominator,
    null::double as value
from {{ ref('int_indicators__monthly_counts') }} as counts
inner join {{ ref('dim_indicator') }} as indicators on counts.indicator_id = indicators.indicator_id
inner join {{ ref('dim_period') }} as periods
    on
        list_contains(string_split(indicators.bases, ' '), periods.period_basis)
        and counts.month_number between periods.first_month_number and periods.month_number
group by all
union all by name
select
    counts.vintage_id, counts.indicator_id, counts.breakdown_value, periods.period_basis, periods.month_number,
    sum(counts.numerator) as numerator,
    sum(counts.denominator) as denominator
from {{ ref('int_indicators__monthly_counts') }} as counts
inner join {{ ref('int_periods__since') }} as periods
    on
        counts.vintage_id = periods.vintage_id
        and counts.indicator_id = periods.indicator_id
        and counts.month_number between periods.first_month_number and periods.month_number
group by all
union all by name
select
    vintage_id, indicator_id, 'all' as breakdown_value, period_basis, month_number,
    null as numerator, denominator, value
from {{ ref('int_assessment__median') }}
union all by name
select
    vintage_id, indicator_id, 'all' as breakdown_value, period_basis, month_number,
    numerator, null as denominator, null as value
from {{ ref('int_care__net_change') }}
union all by name
select
    vintage_id, indicator_id, 'all' as breakdown_value, period_basis, month_number,
    numerator, null as denominator, null as value
from {{ ref('int_care__missing_children') }}
union all by name
select
    vintage_id, indicator_id, 'all' as breakdown_value, period_basis, month_number,
    numerator, denominator, null as value
from {{ ref('int_workforce__turnover') }}
