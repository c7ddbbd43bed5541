-- Workers as they stand at the month end; as it stood in each month that a vintage answers for.
select
    sources.vintage_id,
    {{ month_number_of_text('sources.source_month') }} as source_month_number,
    sources.as_at_date,
    professionals.prof_professional_id as worker_id,
    professionals.prof_social_worker_registration_no as registration_number,
    professionals.prof_professional_job_title as job_title,
    professionals.prof_professional_department as team,
    professionals.prof_full_time_equivalency as fte
from {{ source('returns', 'professionals') }} as professionals
inner join {{ source('ledger', 'sources') }} as sources on professionals.content_id = sources.content_id
