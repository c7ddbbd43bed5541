{{ config(materialized='view') }}

-- Every figure of the newest months with what a chart or a table needs of it, in one row: nothing has to be joined.
-- What it is judged by and set beside is of the months that are compared, and of totals. A column says that, for an
-- outer join with a condition on one side alone has DuckDB try every pair.
with beside as (

    select
        la_code,
        indicator_id,
        period_basis,
        period_end,
        'all' as breakdown_type,
        max(difference) filter (where comparator = 'previous_month') as change_value,
        max(judgement) filter (where comparator = 'previous_month') as change_judgement,
        max(comparator_value) filter (where comparator = 'same_month_last_year') as last_year_value,
        max(comparator_value) filter (where comparator = 'england') as england_value,
        max(comparator_value) filter (where comparator = 'region') as region_value,
        max(comparator_value) filter (where comparator = 'neighbours_mean') as neighbours_value,
        -- of several the first by name
        min(comparator) filter (where comparator like 'local:%') as local_comparator,
        first(comparator_value order by comparator) filter (where comparator like 'local:%') as local_value,
        max(comparator_value) filter (where comparator = 'own_peers_mean') as own_peers_value,
        max(judgement) filter (where comparator = 'signal') as signal_judgement
    from {{ ref('fct_indicator_comparisons') }}
    group by la_code, indicator_id, period_basis, period_end

),

-- a target goes before an agreed band
goals as (

    select
        la_code, indicator_id, period_basis, period_end, 'all' as breakdown_type, comparator_value, comparator_upper,
        judgement, words
    from {{ ref('fct_indicator_comparisons') }}
    where comparator in ('target', 'limits')
    qualify row_number() over (
        partition by la_code, indicator_id, period_basis, period_end order by comparator desc
    ) = 1

)

select
    figures.la_code,
    authorities.la_name,
    authorities.region_name,
    figures.indicator_id,
    indicators.title,
    indicators.area,
    indicators.unit,
    indicators.polarity,
    indicators.display_order,
    figures.period_basis,
    periods.period_start,
    figures.period_end,
    periods.financial_year,
    figures.period_basis = indicators.headline_basis as is_headline_basis,
    figures.breakdown_type,
    figures.breakdown_value,
    breakdowns.title as breakdown_title,
    figures.numerator,
    figures.denominator,
    figures.value,
    case
        when figures.value is null then 'No figure, as ' || {{ why_no_figure('figures.value_status') }}
        else {{ format_value('figures.value', 'indicators.unit') }}
    end as value_words,
    figures.value_status,
    goals.comparator_value as target_value,
    goals.comparator_upper as target_upper,
    case when goals.judgement <> 'not_comparable' then goals.judgement end as rag_status,
    goals.words as target_words,
    beside.change_value,
    beside.change_judgement,
    beside.last_year_value,
    beside.england_value,
    beside.region_value,
    beside.neighbours_value,
    {{ local_name('beside.local_comparator') }} as local_comparator,
    beside.local_value,
    beside.own_peers_value,
    beside.signal_judgement,
    figures.month_state
from {{ ref('fct_indicator_values') }} as figures
inner join {{ ref('dim_authority') }} as authorities on figures.la_code = authorities.la_code
inner join {{ ref('dim_indicator') }} as indicators on figures.indicator_id = indicators.indicator_id
inner join {{ ref('dim_period') }} as periods
    on figures.period_basis = periods.period_basis and figures.period_end = periods.period_end
inner join {{ ref('dim_breakdown') }} as breakdowns
    on
        figures.breakdown_type = breakdowns.breakdown_type
        and figures.breakdown_value = breakdowns.breakdown_value
left join goals
    on
        figures.la_code = goals.la_code
        and figures.indicator_id = goals.indicator_id
        and figures.period_basis = goals.period_basis
        and figures.period_end = goals.period_end
        and figures.breakdown_type = goals.breakdown_type
left join beside
    on
        figures.la_code = beside.la_code
        and figures.indicator_id = beside.indicator_id
        and figures.period_basis = beside.period_basis
        and figures.period_end = beside.period_end
        and figures.breakdown_type = beside.breakdown_type
where
    periods.month_number > (select max(newest.month_number) from {{ ref('dim_period') }} as newest)
    - {{ var('wide_months') }}
