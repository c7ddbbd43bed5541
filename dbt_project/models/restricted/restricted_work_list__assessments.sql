-- Assessments out of time, or within 10 working days of it, on the day of the lists.
select
    lists.la_code,
    lists.kind,
    lists.vintage_id,
    lists.period_end,
    clocks.assessment_id::varchar as record_id,
    clocks.la_child_id,
    case
        when lists.period_end_number - clocks.clock_number > clocks.standard_working_days then 'overdue'
        else 'due soon'
    end as state,
    clocks.clock_date as on_date,
    lists.period_end_number - clocks.clock_number as days,
    due_days.calendar_date as due_date
from {{ ref('restricted_work_lists') }} as lists
inner join {{ ref('int_assessment__clocks') }} as clocks on lists.vintage_id = clocks.vintage_id
left join {{ ref('dim_calendar') }} as due_days
    on
        due_days.is_working_day
        and clocks.clock_number + clocks.standard_working_days = due_days.working_day_number
where
    lists.kind = 'assessments' and lists.is_submitted
    and {{ is_live('clocks.assessment_start_date', 'clocks.no_longer_open_date', 'lists.period_end') }}
    and lists.period_end_number - clocks.clock_number > clocks.standard_working_days - 10
