{{ config(materialized='view') }}

-- What a month's report should say first: of each indicator the gravest thing that its comparisons say, in the order in
-- which it is told. What is of concern comes first, and of it children before staff and staff before money; after four
-- concerns two other things are told before the fifth, and after two of an area another area. What rests on few cases
-- is told only where a target or a milestone was set for it. A rate is told by its count, unless it has a target.
with beside as (

    select
        la_code,
        indicator_id,
        period_basis,
        period_end,
        max(value) as value,
        coalesce(
            max(judgement) filter (where comparator = 'target'), max(judgement) filter (where comparator = 'limits')
        ) as goal_judgement,
        coalesce(
            max(month_count) filter (where comparator = 'target'), max(month_count) filter (where comparator = 'limits')
        ) as goal_months,
        max(case comparator when 'target' then 'target' when 'limits' then 'limits' end) as goal,
        max(judgement) filter (where comparator = 'milestone') as milestone_judgement,
        max(comparator_period_end) filter (where comparator = 'milestone') as milestone_due,
        max(judgement) filter (where comparator = 'previous_month') as change_judgement,
        max(judgement) filter (where comparator = 'signal') as signal_judgement,
        max(judgement) filter (where comparator = 'last_as_high_or_low') as record_judgement,
        max(month_count) filter (where comparator = 'last_as_high_or_low') as record_months
    from {{ ref('fct_indicator_comparisons') }}
    group by la_code, indicator_id, period_basis, period_end

),

sided as (

    select
        beside.*,
        figures.numerator,
        figures.denominator,
        indicators.area,
        indicators.unit,
        indicators.display_order,
        case indicators.area
            when 'Finance' then 'money' when 'Workforce' then 'workforce' else 'children'
        end as subject,
        {{ is_small_base('beside.value', 'figures.numerator', 'figures.denominator', 'indicators.unit') }} as is_few,
        coalesce(beside.goal_judgement in ('red', 'amber'), false) as is_off_target,
        case
            when coalesce(beside.signal_judgement, '') not in ('higher', 'lower') then null
            when indicators.polarity not in ('higher', 'lower') then 'neither'
            when beside.signal_judgement = indicators.polarity then 'better'
            else 'worse'
        end as signal_side,
        case
            when coalesce(beside.record_months, 0) < 12 then null
            when indicators.polarity not in ('higher', 'lower') then 'neither'
            when beside.record_judgement = case indicators.polarity when 'higher' then 'highest' else 'lowest' end
                then 'better'
            else 'worse'
        end as record_side
    from beside
    inner join {{ ref('dim_indicator') }} as indicators
        on beside.indicator_id = indicators.indicator_id and beside.period_basis = indicators.headline_basis
    inner join {{ ref('fct_indicator_values') }} as figures
        on
            beside.la_code = figures.la_code
            and beside.indicator_id = figures.indicator_id
            and beside.period_basis = figures.period_basis
            and beside.period_end = figures.period_end
            and figures.breakdown_type = 'all'
    where
        figures.value is not null
        -- of shares of a whole only the parts say anything
        and (indicators.unit <> 'percent' or indicators.breakdown_type = 'all')
        -- a change in per cent is far out as soon as what it is from is small
        and (indicators.unit <> 'percent' or indicators.can_be_negative is not true)

),

told as (

    select
        *,
        case
            when {{ is_too_small_to_judge('is_few', 'unit') }} and milestone_judgement is null then null
            when not is_few and is_off_target and (change_judgement = 'worse' or signal_side = 'worse')
                then 'moving_away'
            when not is_few and unit <> 'per_10k' and signal_side = 'worse' then 'signal_worse'
            -- one that was missed is no news a quarter later
            when milestone_judgement = 'missed' and {{ days_between('milestone_due', 'period_end') }} < 92
                then 'milestone_missed'
            when milestone_judgement = 'off_course' then 'milestone_off_course'
            when is_off_target then 'off_target'
            when is_few or unit = 'per_10k' then null
            when record_side = 'worse' then 'worst_since'
            when signal_side = 'neither' then 'signal'
            when record_side = 'neither' then 'furthest_since'
            when signal_side = 'better' then 'signal_better'
            when milestone_judgement = 'met' and {{ days_between('milestone_due', 'period_end') }} < 92
                then 'milestone_met'
            when record_side = 'better' then 'best_since'
        end as headline_kind
    from sided

),

weighed as (

    select
        *,
        case
            when headline_kind in (
                'moving_away', 'signal_worse', 'milestone_missed', 'milestone_off_course', 'off_target', 'worst_since'
            ) then 'concern'
            when headline_kind in ('signal', 'furthest_since') then 'change'
            else 'improvement'
        end as consequence,
        case headline_kind
            when 'moving_away' then goal
            when 'off_target' then goal
            when 'signal_worse' then 'signal'
            when 'signal' then 'signal'
            when 'signal_better' then 'signal'
            when 'worst_since' then 'last_as_high_or_low'
            when 'furthest_since' then 'last_as_high_or_low'
            when 'best_since' then 'last_as_high_or_low'
            else 'milestone'
        end as comparator,
        case subject when 'children' then 1 when 'workforce' then 2 else 3 end as subject_order,
        case headline_kind
            when 'moving_away' then 1
            when 'signal_worse' then 2
            when 'milestone_missed' then 3
            when 'milestone_off_course' then 4
            when 'off_target' then 5
            when 'worst_since' then 6
            when 'signal' then 7
            when 'furthest_since' then 8
            when 'signal_better' then 9
            when 'milestone_met' then 10
            else 11
        end as kind_order,
        case when signal_side = 'worse' then 0 when goal_judgement = 'red' then 1 else 2 end as grade,
        coalesce(record_months, 0) as record_length,
        coalesce(goal_months, 0) as goal_length
    from told
    where headline_kind is not null

),

of_area as (

    select
        *,
        row_number() over (
            partition by la_code, period_end, area, consequence
            order by kind_order asc, grade asc, record_length desc, goal_length desc, display_order asc
        ) as place_in_area
    from weighed

),

of_kind as (

    select
        *,
        row_number() over (
            partition by la_code, period_end, consequence = 'concern'
            order by
                place_in_area > 2 asc, subject_order asc, kind_order asc, grade asc, record_length desc,
                goal_length desc, display_order asc
        ) as place_in_kind
    from of_area

)

select
    of_kind.la_code,
    of_kind.period_end,
    of_kind.indicator_id,
    of_kind.period_basis,
    row_number() over (
        partition by of_kind.la_code, of_kind.period_end
        order by
            of_kind.place_in_kind > case of_kind.consequence when 'concern' then 4 else 2 end asc,
            of_kind.consequence = 'concern' desc, of_kind.place_in_kind asc
    )::integer as place,
    of_kind.headline_kind,
    of_kind.consequence,
    of_kind.subject,
    of_kind.value,
    of_kind.numerator,
    of_kind.denominator,
    of_kind.comparator,
    comparisons.words
from of_kind
inner join {{ ref('fct_indicator_comparisons') }} as comparisons
    on
        of_kind.la_code = comparisons.la_code
        and of_kind.indicator_id = comparisons.indicator_id
        and of_kind.period_basis = comparisons.period_basis
        and of_kind.period_end = comparisons.period_end
        and of_kind.comparator = comparisons.comparator
