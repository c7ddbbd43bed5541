-- Which assessments count towards each assessment indicator.
with assessments as (

    select
        *,
        coalesce(
            clock_date <= authorised_date and working_days_taken <= standard_working_days, false
        )::int as is_in_time
    from {{ ref('int_assessment__clocks') }}

),

-- ia_completed, ca_completed, single_completed  Assessments completed, by type
completed as (

    select
        case assessment_type_code
            when 'initial' then 'ia_completed' when 'core' then 'ca_completed' else 'single_completed'
        end as indicator_id,
        vintage_id, content_id, row_number, la_child_id, authorised_date as counted_on,
        1 as numerator, null as denominator
    from assessments
    where authorised_date is not null

),

-- ia_intime_pct, ca_35wd_pct, single_45wd_pct  Assessments completed within the standard of their type
completed_in_time as (

    select
        case assessment_type_code
            when 'initial' then 'ia_intime_pct' when 'core' then 'ca_35wd_pct' else 'single_45wd_pct'
        end as indicator_id,
        vintage_id, content_id, row_number, la_child_id, authorised_date as counted_on,
        is_in_time as numerator, 1 as denominator
    from assessments
    where authorised_date is not null

),

-- assessment_nfa_pct  Assessments ending in no further action
no_further_action as (

    select
        'assessment_nfa_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, authorised_date as counted_on,
        is_no_further_action::int as numerator, 1 as denominator
    from assessments
    where authorised_date is not null

),

-- assessment_child_seen_pct  Assessments in which the child was seen
child_seen as (

    select
        'assessment_child_seen_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, authorised_date as counted_on,
        coalesce(is_child_seen, false)::int as numerator, 1 as denominator
    from assessments
    where assessment_type_code = 'single' and authorised_date is not null

),

open_assessments as (

    select
        assessments.vintage_id, assessments.content_id, assessments.row_number,
        assessments.la_child_id, periods.period_end as counted_on,
        (periods.period_end_number - assessments.clock_number > assessments.standard_working_days)::int as is_overdue
    from assessments
    inner join {{ ref('int_periods__expected') }} as periods
        on
            assessments.vintage_id = periods.vintage_id
            and {{ is_live(
                'assessments.assessment_start_date', 'assessments.no_longer_open_date', 'periods.period_end'
            ) }}

),

-- assessments_open  Assessments open
-- assessments_open_overdue  Open assessments out of time
-- assessments_open_overdue_pct  Share of open assessments out of time
open_at_month_end as (

    select
        indicators.indicator_id, open_assessments.vintage_id, open_assessments.content_id, open_assessments.row_number,
        open_assessments.la_child_id, open_assessments.counted_on,
        case when indicators.indicator_id = 'assessments_open' then 1 else open_assessments.is_overdue end as numerator,
        1 as denominator
    from open_assessments,
        (values ('assessments_open'), ('assessments_open_overdue'), ('assessments_open_overdue_pct'))
            as indicators (indicator_id)

)

select * from completed
union all by name
select * from completed_in_time
union all by name
select * from no_further_action
union all by name
select * from child_seen
union all by name
select * from open_at_month_end
