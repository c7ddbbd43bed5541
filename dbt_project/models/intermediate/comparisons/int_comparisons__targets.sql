-- Each figure against its target and its limits: green within them, amber within the tolerance, red beyond.
with judged as (

    select
        goals.*,
        answers.value,
        answers.value_status,
        answers.figure,
        {{ outside('answers.value', 'goals.lower_bound', 'goals.upper_bound') }} as missed_by,
        {{ is_too_small_to_judge('answers.is_few', 'series.unit') }} as is_too_small,
        case
            when answers.value is null or is_too_small then 'not_comparable'
            else {{ rag_status('missed_by', 'goals.tolerance') }}
        end as judgement
    from {{ ref('int_comparisons__goals') }} as goals
    inner join {{ ref('int_comparisons__answers') }} as answers
        on goals.series_id = answers.series_id and goals.month_number = answers.month_number
    inner join {{ ref('int_comparisons__series') }} as series on goals.series_id = series.series_id
    where goals.goal <> 'milestone'

),

running as (

    select
        *,
        month_number - row_number() over (partition by series_id, goal, judgement order by month_number) as run_no
    from judged

),

counted as (

    select
        *,
        row_number() over (partition by series_id, goal, judgement, run_no order by month_number) as months_running
    from running

)

select
    counted.series_id,
    counted.month_number,
    'target' as comparator_kind,
    counted.goal as comparator,
    coalesce(counted.lower_bound, counted.upper_bound) as comparator_value,
    case when counted.lower_bound is not null then counted.upper_bound end as comparator_upper,
    case
        when counted.goal = 'target' then counted.value - comparator_value
        when counted.value < counted.lower_bound then counted.value - counted.lower_bound
        when counted.value > counted.upper_bound then counted.value - counted.upper_bound
        else counted.value - counted.value
    end as difference,
    counted.months_running::int as month_count,
    counted.judgement,
    case
        when counted.value is null
            then
                'No figure ' || months.period_words || ', as ' || {{ why_no_figure('counted.value_status') }}
                || ', to set against ' || counted.goal_words
        when counted.is_too_small
            then
                counted.figure || ', not judged against ' || counted.goal_words || ': '
                || {{ too_few_words('series.unit') }}
        else
            counted.figure
            || case
                when counted.judgement <> 'green' then ', against '
                when counted.lower_bound is not null and counted.upper_bound is not null then ', within '
                else ', meeting '
            end
            || counted.goal_words
            || case
                when counted.judgement = 'green' or counted.threshold is not null then ''
                when {{ as_shown('counted.missed_by', 'series.unit') }} = 0 then ', narrowly missed'
                else ', missed by ' || {{ distance('counted.missed_by', 'series.unit') }}
            end
            || ': ' || counted.judgement
            || case
                when counted.months_running > 1 then ', for ' || counted.months_running || ' months running'
                else ''
            end
    end as words
from counted
inner join {{ ref('int_comparisons__series') }} as series on counted.series_id = series.series_id
inner join {{ ref('int_comparisons__months') }} as months
    on series.period_basis = months.period_basis and counted.month_number = months.month_number
where months.is_compared
