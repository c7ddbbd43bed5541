{{ config(materialized='view') }}

-- Each indicator of each authority and month beside what it is judged against: the comparisons are those of the month,
-- or of the twelve months of an indicator that has no other.
with answers as (

    select
        la_code,
        period_end,
        indicator_id,
        any_value(value) filter (where period_basis in ('month', 'point_in_time')) as month_value,
        any_value(value) filter (where period_basis = 'year_to_date') as year_to_date_value,
        any_value(value) filter (where period_basis = 'rolling_12_months') as rolling_12_months_value,
        first(value_status order by period_basis) as value_status,
        case
            when bool_or(period_basis = 'point_in_time') then 'point_in_time'
            when bool_or(period_basis = 'month') then 'month'
            else 'rolling_12_months'
        end as compared_basis
    from {{ ref('fct_indicator_values') }}
    where breakdown_type = 'all'
    group by la_code, period_end, indicator_id

),

compared as (

    select
        la_code,
        period_end,
        indicator_id,
        period_basis,
        any_value(judgement) filter (where comparator in ('target', 'limits')) as target_judgement,
        any_value(difference) filter (where comparator = 'previous_month') as change_value,
        any_value(judgement) filter (where comparator = 'previous_month') as change_judgement,
        any_value(comparator_value) filter (where comparator = 'england') as england_value,
        any_value(comparator_value) filter (where comparator = 'neighbours_mean') as neighbours_value,
        -- of several the first by name
        min(comparator) filter (where comparator like 'local:%') as local_comparator,
        first(comparator_value order by comparator) filter (where comparator like 'local:%') as local_value,
        any_value(comparator_value) filter (where comparator = 'own_peers_mean') as own_peers_value,
        any_value(judgement) filter (where comparator = 'signal') as signal_judgement
    from {{ ref('fct_indicator_comparisons') }}
    group by la_code, period_end, indicator_id, period_basis

)

select
    answers.la_code,
    answers.period_end,
    answers.indicator_id,
    indicators.area,
    indicators.title,
    indicators.unit,
    indicators.display_order,
    answers.month_value,
    answers.year_to_date_value,
    answers.rolling_12_months_value,
    answers.value_status,
    compared.target_judgement,
    compared.change_value,
    compared.change_judgement,
    compared.england_value,
    compared.neighbours_value,
    {{ local_name('compared.local_comparator') }} as local_comparator,
    compared.local_value,
    compared.own_peers_value,
    compared.signal_judgement
from answers
inner join {{ ref('dim_indicator') }} as indicators on answers.indicator_id = indicators.indicator_id
left join compared
    on
        answers.la_code = compared.la_code
        and answers.period_end = compared.period_end
        and answers.indicator_id = compared.indicator_id
        and answers.compared_basis = compared.period_basis
