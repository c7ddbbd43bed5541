-- Workers as they stand at the month end; as it stood in each month that a vintage answers for.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    {{ month_number_of_text('source_month') }} as source_month_number,
    as_at_date,
    prof_professional_id as worker_id,
    prof_social_worker_registration_no as registration_number,
    prof_professional_job_title as job_title,
    prof_professional_department as team,
    prof_full_time_equivalency as fte
from {{ source('returns', 'professionals') }}
