-- Each initial conference, judged: within 15 working days of its enquiry, or a transfer in held by its target date.
select
    conferences.vintage_id,
    conferences.content_id,
    conferences.row_number,
    conferences.icpc_id,
    conferences.la_child_id,
    conferences.icpc_date,
    coalesce(
        case
            when enquiries.s47_enquiry_id is not null
                then
                    enquiries.s47_start_date <= conferences.icpc_date
                    and held_days.working_day_number - start_days.working_day_number <= 15
            when conferences.is_transfer_in then conferences.icpc_date <= conferences.target_date
        end,
        false
    ) as is_in_time
from {{ ref('stg_returns__initial_cp_conferences') }} as conferences
left join {{ ref('stg_returns__s47_enquiries') }} as enquiries
    on
        conferences.vintage_id = enquiries.vintage_id
        and conferences.s47_enquiry_id = enquiries.s47_enquiry_id
left join {{ ref('dim_calendar') }} as start_days
    on {{ numbered_day('enquiries.s47_start_date') }} = start_days.calendar_date
left join {{ ref('dim_calendar') }} as held_days
    on {{ numbered_day('conferences.icpc_date') }} = held_days.calendar_date
