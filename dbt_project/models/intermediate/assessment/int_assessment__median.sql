-- assessment_duration_median_wd  Median duration of single assessments, over all those authorised in the period.
--
-- A median does not add up by month, so the durations are counted by month and the middle is found in the counts.
with durations as (

    select
        vintage_id,
        {{ month_number('authorised_date') }} as month_number,
        working_days_taken,
        count(*) as assessment_count
    from {{ ref('int_assessment__clocks') }}
    where assessment_type_code = 'single' and authorised_date is not null
    group by all

),

in_period as (

    select
        durations.vintage_id, periods.period_basis, periods.month_number, durations.working_days_taken,
        sum(durations.assessment_count) as assessment_count
    from durations
    inner join {{ ref('dim_period') }} as periods
        on
            periods.period_basis not in ('point_in_time', 'since')
            and durations.month_number between periods.first_month_number and periods.month_number
    group by all
    union all
    select
        durations.vintage_id, periods.period_basis, periods.month_number, durations.working_days_taken,
        sum(durations.assessment_count) as assessment_count
    from durations
    inner join {{ ref('int_periods__since') }} as periods
        on
            durations.vintage_id = periods.vintage_id
            and periods.indicator_id = 'assessment_duration_median_wd'
            and durations.month_number between periods.first_month_number and periods.month_number
    group by all

),

ranked as (

    select
        *,
        sum(assessment_count) over (
            partition by vintage_id, period_basis, month_number order by working_days_taken
            rows between unbounded preceding and current row
        ) as last_rank,
        sum(assessment_count) over (partition by vintage_id, period_basis, month_number) as total_count
    from in_period

),

middles as (

    select
        *,
        min(working_days_taken) filter (where last_rank * 2 >= total_count)
            over (partition by vintage_id, period_basis, month_number) as lower_middle,
        min(working_days_taken) filter (where last_rank * 2 >= total_count + 1)
            over (partition by vintage_id, period_basis, month_number) as upper_middle
    from ranked

)

select
    'assessment_duration_median_wd' as indicator_id,
    vintage_id,
    period_basis,
    month_number,
    total_count as denominator,
    (lower_middle + upper_middle) / 2.0 as value
from middles
group by all
