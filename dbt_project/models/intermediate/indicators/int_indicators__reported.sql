{{ config(materialized='fresh_table') }}

-- Figures that exist only as totals, as each vintage knows them.
with submitted as (

    select entered.*
    from {{ ref('int_indicators__entered') }} as entered
    inner join {{ ref('dim_indicator') }} as indicators on entered.indicator_id = indicators.indicator_id
    -- a line without figures gives none
    where
        entered.value is not null
        or (entered.numerator is not null and (indicators.denominator_source = 'none' or entered.denominator <> 0))

),

-- what DfE has published by month stands in for an authority that sent nothing of its own
published as (

    select
        expected.vintage_id, benchmarks.indicator_id, benchmarks.period_basis, expected.month_number,
        benchmarks.value, 'published by DfE, release ' || benchmarks.release_year as source_note
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('int_benchmarks__published') }} as benchmarks
        on
            expected.la_code = benchmarks.area_code
            and expected.period_end = benchmarks.period_end
            and benchmarks.comparator = 'authority'
            and benchmarks.period_basis = 'month'
            and benchmarks.value is not null
    qualify row_number() over (
        partition by expected.vintage_id, benchmarks.indicator_id, expected.month_number
        order by benchmarks.release_year desc
    ) = 1

)

select
    vintage_id, indicator_id, period_basis, month_number, 'all' as breakdown_value,
    numerator, denominator, value, source_note
from submitted
union all
select
    published.vintage_id, published.indicator_id, published.period_basis, published.month_number,
    'all' as breakdown_value, published.value as numerator, null as denominator, published.value, published.source_note
from published
anti join submitted
    on
        published.vintage_id = submitted.vintage_id
        and published.indicator_id = submitted.indicator_id
        and published.period_basis = submitted.period_basis
        and published.month_number = submitted.month_number
