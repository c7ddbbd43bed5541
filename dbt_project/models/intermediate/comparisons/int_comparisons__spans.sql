-- Each figure among those held since April, since the first month held, and since every named month end.
with figures as (

    select
        answers.series_id,
        answers.month_number,
        answers.value,
        answers.figure,
        series.la_code,
        series.unit,
        months.year_first_month_number
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    where months.is_compared and series.is_monthly and answers.value is not null

),

spans as (

    select *, 'since_april' as comparator, year_first_month_number as from_month, null as period_label from figures
    union all
    select *, 'since_first_month' as comparator, 0 as from_month, null as period_label from figures
    union all
    select figures.*, 'since:' || named.period_label as comparator, named.month_number as from_month, named.period_label
    from figures
    inner join {{ ref('int_comparisons__named_periods') }} as named
        on figures.la_code = named.la_code and figures.month_number > named.month_number

),

earlier as (

    select series_id, month_number, value from {{ ref('int_comparisons__answers') }}

),

looked_back as (

    select
        spans.series_id,
        spans.month_number,
        spans.comparator,
        min(earlier.month_number) filter (where earlier.value is not null) as first_month,
        count(earlier.value) as months_held,
        min(earlier.value) as lowest,
        max(earlier.value) as highest,
        count(*) filter (where earlier.value > spans.value) as higher_months,
        count(*) filter (where earlier.value < spans.value) as lower_months,
        count(*) filter (where earlier.value = spans.value) as equal_months,
        max(earlier.month_number) filter (
            where earlier.value >= spans.value and earlier.month_number < spans.month_number
        ) as as_high_month,
        max(earlier.month_number) filter (
            where earlier.value <= spans.value and earlier.month_number < spans.month_number
        ) as as_low_month,
        -- at the level of: a share within a percentage point, anything else within 2%
        max(earlier.month_number) filter (
            where earlier.value is null or round(abs(earlier.value - spans.value), 9)
            > case when spans.unit = 'percent' then 1 else 0.02 * abs(spans.value) end
        ) as other_level_month
    from spans
    inner join earlier
        on spans.series_id = earlier.series_id and earlier.month_number between spans.from_month and spans.month_number
    group by all

),

placed as (

    select
        looked_back.*,
        spans.figure,
        spans.unit,
        spans.period_label,
        {{ month_words(month_end('looked_back.first_month')) }} as first_words,
        looked_back.higher_months <= looked_back.lower_months as is_nearer_the_highest
    from looked_back
    inner join spans
        on
            looked_back.series_id = spans.series_id
            and looked_back.month_number = spans.month_number
            and looked_back.comparator = spans.comparator

),

ranges as (

    select
        series_id,
        month_number,
        'range' as comparator_kind,
        comparator,
        lowest as comparator_value,
        highest as comparator_upper,
        {{ month_end('first_month') }} as comparator_period_end,
        (higher_months + 1)::int as place,
        months_held::int as place_of,
        months_held::int as month_count,
        case
            when lowest = highest then 'level'
            when higher_months = 0 then 'highest'
            when lower_months = 0 then 'lowest'
            else 'between'
        end as judgement,
        figure || ', ' || case
            when lowest = highest then 'the same in each'
            else
                'the ' || case when equal_months > 1 then 'joint ' else '' end
                || case least(higher_months, lower_months)
                    when 0 then ''
                    else {{ ordinal('(least(higher_months, lower_months) + 1)') }} || ' '
                end
                || case when is_nearer_the_highest then 'highest' else 'lowest' end
        end || ' of the ' || months_held || ' months held since ' || first_words
        || coalesce(' (' || period_label || ')', '')
        || case
            when lowest = highest then ''
            else
                ', which ran from ' || {{ format_value('lowest', 'unit') }} || ' to '
                || {{ format_value('highest', 'unit') }}
        end as words
    from placed
    where months_held > 1

),

-- worth saying from the third month back
records as (

    select
        *,
        coalesce(as_high_month, first_month - 1) < coalesce(as_low_month, first_month - 1) as is_high,
        case when is_high then as_high_month else as_low_month end as as_far_month
    from placed
    where comparator = 'since_first_month' and months_held > 3

)

select * from ranges

union all by name

select
    records.series_id,
    records.month_number,
    'range' as comparator_kind,
    'last_as_high_or_low' as comparator,
    earlier.value as comparator_value,
    {{ month_end('coalesce(records.as_far_month, records.first_month)') }} as comparator_period_end,
    (records.month_number - coalesce(records.as_far_month, records.first_month))::int as month_count,
    case when records.is_high then 'highest' else 'lowest' end as judgement,
    records.figure || ', the ' || case when records.is_high then 'highest' else 'lowest' end
    || case
        when records.as_far_month is null
            then ' of the ' || records.months_held || ' months held, since ' || records.first_words
        else
            ' since ' || {{ month_words(month_end('records.as_far_month')) }}
            || ' (' || {{ format_value('earlier.value', 'records.unit') }} || ')'
    end as words
from records
left join earlier on records.series_id = earlier.series_id and records.as_far_month = earlier.month_number
where
    records.lowest < records.highest
    and records.month_number - coalesce(records.as_far_month, records.first_month - 1) > 2

union all by name

select
    series_id,
    month_number,
    'run' as comparator_kind,
    'at_this_level' as comparator,
    {{ month_end('coalesce(other_level_month + 1, first_month)') }} as comparator_period_end,
    (month_number - coalesce(other_level_month, first_month - 1))::int as month_count,
    'level' as judgement,
    figure || ', at this level for ' || (month_number - coalesce(other_level_month, first_month - 1))
    || ' months, since ' || {{ month_words(month_end('coalesce(other_level_month + 1, first_month)')) }} as words
from placed
where comparator = 'since_first_month' and month_number - coalesce(other_level_month, first_month - 1) > 1
