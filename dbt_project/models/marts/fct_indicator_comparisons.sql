-- Every comparison that a report makes, with its judgement and how it is said. Rows of one authority and month stand
-- together, so that a scorecard reads one stretch of the table.
with signals as (

    select
        series.series_id,
        months.month_number,
        'signal' as comparator_kind,
        'signal' as comparator,
        spc.lower_limit as comparator_value,
        spc.upper_limit as comparator_upper,
        spc.value - spc.expected as difference,
        spc.baseline_points as month_count,
        spc.variation as judgement,
        {{ format_value('spc.value', 'series.unit') }} || ', ' || spc.words
        || case when spc.judged_by = 'none' then '' else ' (' || spc.judged_by || ')' end as words
    from {{ ref('fct_indicator_spc') }} as spc
    inner join {{ ref('int_comparisons__series') }} as series
        on
            spc.la_code = series.la_code
            and spc.indicator_id = series.indicator_id
            and spc.period_basis = series.period_basis
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and spc.period_end = months.period_end
    where months.is_compared

),

comparisons as (

    select * from {{ ref('int_comparisons__changes') }}
    union all by name
    select * from {{ ref('int_comparisons__targets') }}
    union all by name
    select * from {{ ref('int_comparisons__milestones') }}
    union all by name
    select * from {{ ref('int_comparisons__benchmarks') }}
    union all by name
    select * from {{ ref('int_comparisons__local') }}
    union all by name
    select * from {{ ref('int_comparisons__positions') }}
    union all by name
    select * from {{ ref('int_comparisons__spans') }}
    union all by name
    select * from signals

)

select
    series.la_code,
    series.indicator_id,
    series.period_basis,
    months.period_end,
    comparisons.comparator_kind,
    comparisons.comparator,
    answers.value,
    comparisons.comparator_value,
    comparisons.comparator_upper,
    comparisons.comparator_period_end,
    comparisons.published_on,
    comparisons.difference,
    comparisons.percentage_change,
    comparisons.place,
    comparisons.place_of,
    comparisons.quartile,
    comparisons.month_count,
    comparisons.judgement,
    comparisons.words,
    answers.month_state
from comparisons
inner join {{ ref('int_comparisons__series') }} as series on comparisons.series_id = series.series_id
inner join {{ ref('int_comparisons__months') }} as months
    on series.period_basis = months.period_basis and comparisons.month_number = months.month_number
inner join {{ ref('int_comparisons__answers') }} as answers
    on comparisons.series_id = answers.series_id and comparisons.month_number = answers.month_number
order by series.la_code, months.period_end, comparisons.series_id, comparisons.comparator
