-- Section 47 enquiries that go on and have had no initial conference, from the 6th working day after they began to the
-- 60th, on the day of the lists: one is due within 15.
select
    lists.la_code,
    lists.kind,
    lists.vintage_id,
    lists.period_end,
    enquiries.s47_enquiry_id::varchar as record_id,
    enquiries.la_child_id,
    case
        when lists.period_end_number - start_days.working_day_number > 15 then 'overdue'
        else 'due soon'
    end as state,
    enquiries.s47_start_date as on_date,
    lists.period_end_number - start_days.working_day_number as days,
    due_days.calendar_date as due_date
from {{ ref('restricted_work_lists') }} as lists
inner join {{ ref('stg_returns__s47_enquiries') }} as enquiries on lists.vintage_id = enquiries.vintage_id
inner join {{ ref('dim_calendar') }} as start_days
    on {{ numbered_day('enquiries.s47_start_date') }} = start_days.calendar_date
left join {{ ref('dim_calendar') }} as due_days
    on due_days.is_working_day and start_days.working_day_number + 15 = due_days.working_day_number
anti join {{ ref('stg_returns__initial_cp_conferences') }} as conferences
    on
        enquiries.vintage_id = conferences.vintage_id
        and enquiries.s47_enquiry_id = conferences.s47_enquiry_id
        and lists.period_end >= conferences.icpc_date
where
    lists.kind = 'conferences' and lists.is_submitted
    and not coalesce(enquiries.is_no_further_action, false)
    and enquiries.s47_start_date <= lists.period_end
    and lists.period_end_number - start_days.working_day_number between 6 and 60
