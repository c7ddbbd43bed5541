-- Each figure against the month before, the same month last year, and every named month end before it.
with asked as (

    select
        answers.*,
        series.unit,
        series.polarity,
        series.period_basis,
        months.period_words,
        spans.comparator,
        answers.month_number - spans.months_back as earlier_month,
        null as period_label
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    inner join (values ('previous_month', 1), ('same_month_last_year', 12)) as spans (comparator, months_back)
        -- a year to date is set beside last year's, not beside a shorter one of its own, and so is a quarter
        on series.period_basis not in ('year_to_date', 'quarter') or spans.comparator = 'same_month_last_year'
    where months.is_compared

    union all

    select
        answers.*,
        series.unit,
        series.polarity,
        series.period_basis,
        months.period_words,
        'from:' || named.period_label as comparator,
        named.month_number as earlier_month,
        named.period_label
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    inner join {{ ref('int_comparisons__named_periods') }} as named
        on series.la_code = named.la_code and answers.month_number > named.month_number
    where months.is_compared

),

-- a figure judged against a band is better the nearer it is to it, where there is a band
bands as (

    select series_id, month_number, lower_bound, upper_bound
    from {{ ref('int_comparisons__goals') }}
    where goal = 'limits' and is_band

),

compared as (

    select
        asked.*,
        earlier.value as earlier_value,
        earlier.value_status as earlier_status,
        earlier.figure as earlier_figure,
        earlier_months.period_end as earlier_period_end,
        coalesce(earlier_months.period_words, 'in ' || {{ month_words(month_end('asked.earlier_month')) }})
        || coalesce(' (' || asked.period_label || ')', '') as earlier_words,
        asked.value - earlier.value as difference,
        {{ as_shown('difference', 'asked.unit') }} as shown_difference,
        -- of two shares that count few, or leave few out, as of those counts themselves
        {{ too_small('asked.unit', 'asked.is_few', 'earlier.is_few') }} as has_few_cases,
        has_few_cases or coalesce(asked.is_few_counted and earlier.is_few_counted, false) as is_too_small,
        {{ outside('asked.value', 'bands.lower_bound', 'bands.upper_bound') }} as outside_now,
        {{ outside('earlier.value', 'bands.lower_bound', 'bands.upper_bound') }} as outside_before,
        case
            when difference is null or is_too_small then 'not_comparable'
            when shown_difference <> 0 and outside_now < outside_before then 'better'
            when shown_difference <> 0 and outside_now > outside_before then 'worse'
            else {{ direction('shown_difference', 'asked.polarity') }}
        end as judgement
    from asked
    left join {{ ref('int_comparisons__answers') }} as earlier
        on asked.series_id = earlier.series_id and asked.earlier_month = earlier.month_number
    left join {{ ref('int_comparisons__months') }} as earlier_months
        on asked.period_basis = earlier_months.period_basis and asked.earlier_month = earlier_months.month_number
    left join bands on asked.series_id = bands.series_id and asked.month_number = bands.month_number

)

select
    series_id,
    month_number,
    'change' as comparator_kind,
    comparator,
    earlier_value as comparator_value,
    earlier_period_end as comparator_period_end,
    difference,
    {{ percentage_change('difference', 'earlier_value') }} as percentage_change,
    judgement,
    case
        when value is null then 'No figure ' || period_words || ', as ' || {{ why_no_figure('value_status') }}
        when earlier_value is null
            then
                figure || ', with nothing to compare it with ' || earlier_words || ', as '
                || {{ why_no_figure('earlier_status') }}
        when is_too_small
            then
                figure || ', not compared with ' || earlier_figure || ' ' || earlier_words || ': '
                || case
                    when has_few_cases then {{ too_small_words('unit') }}
                    else 'fewer than {{ var("smallest_count") }} counted, or left out, in both'
                end
        when shown_difference = 0 then figure || ', level with ' || earlier_figure || ' ' || earlier_words
        else
            figure || case when difference > 0 then ', up ' else ', down ' end || {{ distance('difference', 'unit') }}
            || case
                when unit = 'percent' or earlier_value <= 0 then ''
                else ' (' || abs({{ rounded('percentage_change', 1) }}) || '%)'
            end
            || ' from ' || earlier_figure || ' ' || earlier_words || {{ judged_words('judgement') }}
    end as words
from compared
