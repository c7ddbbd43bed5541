-- Children back from going missing, on the day of the lists, whose return interview has not been held: one is due
-- within 72 hours, taken as 3 days. Of those who came back more than 90 days ago nothing is asked.
select
    lists.la_code,
    lists.kind,
    lists.vintage_id,
    lists.period_end,
    missing.missing_id::varchar as record_id,
    missing.la_child_id,
    case when missing.missing_end_date + 3 < lists.period_end then 'overdue' else 'due soon' end as state,
    missing.missing_end_date as on_date,
    lists.period_end - missing.missing_end_date as days,
    missing.missing_end_date + 3 as due_date
from {{ ref('restricted_work_lists') }} as lists
inner join {{ ref('stg_returns__missing') }} as missing on lists.vintage_id = missing.vintage_id
where
    lists.kind = 'return_interviews' and lists.is_submitted
    and missing.missing_type_code = 'M'
    and missing.missing_end_date between lists.period_end - 90 and lists.period_end
    and (missing.interview_completed_date is null or missing.interview_completed_date > lists.period_end)
