{{ config(materialized='fresh_table') }}

-- Each answer that comparisons read, with how it is said: the newest months, and those that reports name.
with named as (

    select distinct last_day(period_end) as period_end from {{ ref('stg_reference__named_periods') }}

)

select
    series.series_id,
    months.month_number,
    answers.value,
    answers.numerator,
    answers.denominator,
    answers.value_status,
    answers.month_state,
    {{ is_small_base('answers.value', 'answers.numerator', 'answers.denominator', 'series.unit') }} as is_few,
    {{ is_small_part('answers.numerator', 'answers.denominator', 'series.unit') }} as is_few_counted,
    {{ format_value('answers.value', 'series.unit') }} as figure
from {{ ref('int_indicators__values') }} as answers
inner join {{ ref('int_comparisons__series') }} as series
    on
        answers.la_code = series.la_code
        and answers.indicator_id = series.indicator_id
        and answers.period_basis = series.period_basis
inner join {{ ref('int_comparisons__months') }} as months
    on answers.period_basis = months.period_basis and answers.period_end = months.period_end
left join named on answers.period_end = named.period_end
where answers.breakdown_type = 'all' and (months.is_history or named.period_end is not null)
order by series.series_id, months.month_number
