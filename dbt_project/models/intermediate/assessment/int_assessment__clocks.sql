{{ config(materialized='fresh_table') }}

-- Each assessment with the clock that runs on it and the standard of its day.
with assessments as (

    select
        assessments.vintage_id,
        assessments.content_id,
        assessments.row_number,
        assessments.assessment_id,
        assessments.la_child_id,
        assessments.assessment_type_code,
        assessments.assessment_start_date,
        assessments.authorised_date,
        assessments.is_no_further_action,
        assessments.is_child_seen,
        -- an assessment of a closed case that was never authorised has been abandoned
        least(assessments.authorised_date, referrals.close_date) as no_longer_open_date,
        -- initial assessments run from the referral
        case
            when assessments.assessment_type_code = 'initial'
                then coalesce(referrals.referral_date, assessments.assessment_start_date)
            else assessments.assessment_start_date
        end as clock_date
    from {{ ref('stg_returns__cin_assessments') }} as assessments
    left join {{ ref('stg_returns__cin_episodes') }} as referrals
        on
            assessments.vintage_id = referrals.vintage_id
            and assessments.referral_id = referrals.referral_id

)

select
    assessments.*,
    case
        when assessments.assessment_type_code = 'single' then 45
        when assessments.assessment_type_code = 'core' then 35
        when assessments.clock_date >= date '2010-04-01' then 10
        else 7
    end as standard_working_days,
    clock_days.working_day_number as clock_number,
    authorised_days.working_day_number - clock_days.working_day_number as working_days_taken
from assessments
left join {{ ref('dim_calendar') }} as clock_days
    on {{ numbered_day('assessments.clock_date') }} = clock_days.calendar_date
left join {{ ref('dim_calendar') }} as authorised_days
    on {{ numbered_day('assessments.authorised_date') }} = authorised_days.calendar_date
