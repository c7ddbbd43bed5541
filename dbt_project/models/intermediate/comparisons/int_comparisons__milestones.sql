-- A straight reading of each milestone: met or missed once it is due; until then on course or off course, by where
-- the trend of the last 6 months ends. The trend is Theil and Sen's: the middle of the slopes between every two months.
with goals as (

    select
        goals.*,
        series.period_basis,
        series.unit,
        series.can_be_negative,
        {{ month_number('goals.due_date') }} as due_month_number
    from {{ ref('int_comparisons__goals') }} as goals
    inner join {{ ref('int_comparisons__series') }} as series on goals.series_id = series.series_id
    where goals.goal = 'milestone'

),

points as (

    select goals.series_id, goals.month_number, answers.month_number as point_month, answers.value
    from goals
    inner join {{ ref('int_comparisons__months') }} as months
        on goals.period_basis = months.period_basis and goals.month_number = months.month_number
    inner join {{ ref('int_comparisons__answers') }} as answers
        on
            goals.series_id = answers.series_id
            and answers.month_number between goals.month_number - 5 and goals.month_number
            -- a year to date begins again each April
            and (goals.period_basis <> 'year_to_date' or months.first_month_number <= answers.month_number)
    where goals.due_month_number > goals.month_number and answers.value is not null

),

slopes as (

    select
        earlier.series_id,
        earlier.month_number,
        median((later.value - earlier.value) / (later.point_month - earlier.point_month)) as slope
    from points as earlier
    inner join points as later
        on
            earlier.series_id = later.series_id
            and earlier.month_number = later.month_number
            and earlier.point_month < later.point_month
    group by all

),

trends as (

    select
        points.series_id,
        points.month_number,
        slopes.slope,
        median(points.value - slopes.slope * points.point_month) as intercept
    from points
    inner join slopes on points.series_id = slopes.series_id and points.month_number = slopes.month_number
    group by all
    having count(*) >= 3

),

read as (

    select
        goals.*,
        trends.slope,
        due.value as due_value,
        due.figure as due_figure,
        answers.value,
        answers.figure,
        goals.due_month_number <= goals.month_number as is_due,
        trends.intercept + trends.slope * goals.due_month_number as projected,
        {{ clamp_to_unit('projected', 'goals.unit', 'goals.can_be_negative') }} as expected,
        case
            when is_due then due.value
            -- without a trend a milestone that is already reached is on course, and another cannot be told
            else coalesce(expected, answers.value)
        end as judged_value,
        {{ outside('judged_value', 'goals.lower_bound', 'goals.upper_bound') }} as missed_by
    from goals
    inner join {{ ref('int_comparisons__answers') }} as answers
        on goals.series_id = answers.series_id and goals.month_number = answers.month_number
    left join {{ ref('int_comparisons__answers') }} as due
        on goals.series_id = due.series_id and goals.due_month_number = due.month_number
    left join trends on goals.series_id = trends.series_id and goals.month_number = trends.month_number

),

judged as (

    select
        *,
        case
            when judged_value is null or (not is_due and expected is null and missed_by > 0) then 'not_comparable'
            when is_due then case when missed_by = 0 then 'met' else 'missed' end
            when missed_by = 0 then 'on_course'
            else 'off_course'
        end as judgement
    from read

)

select
    series_id,
    month_number,
    'target' as comparator_kind,
    'milestone' as comparator,
    coalesce(lower_bound, upper_bound) as comparator_value,
    case when lower_bound is not null then upper_bound end as comparator_upper,
    due_date as comparator_period_end,
    judged_value - comparator_value as difference,
    judgement,
    case
        when is_due and due_value is null
            then 'No figure for ' || {{ month_words('due_date') }} || ', when ' || goal_words || ' was due'
        when is_due
            then due_figure || ' in ' || {{ month_words('due_date') }} || ', when ' || goal_words || ' was due'
        when value is null
            then 'No figure to tell the course by; ' || goal_words || ' is due by ' || {{ month_words('due_date') }}
        when slope is null
            then
                figure || ', with too few months for a trend; ' || goal_words || ' is due by '
                || {{ month_words('due_date') }}
        else
            figure || ', and ' || {{ format_value('expected', 'unit') }} || ' by ' || {{ month_words('due_date') }}
            || ' at the trend of the last 6 months (' || case when slope < 0 then 'down ' else 'up ' end
            || {{ distance('slope', 'unit') }} || ' a month), against ' || goal_words
    end || case
        when judgement = 'not_comparable' then ''
        else ': ' || replace(judgement, '_', ' ')
    end as words
from judged
