-- People in posts: now, past or about to start; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    workforce_assignments.assignment_id,
    workforce_assignments.post_id,
    workforce_assignments.worker_id,
    workforce_assignments.holder_type,
    workforce_assignments.fte,
    workforce_assignments.start_date,
    workforce_assignments.end_date,
    workforce_assignments.offer_accepted_date,
    workforce_assignments.start_route,
    workforce_assignments.end_route,
    workforce_assignments.asye_passed_date
from {{ source('returns', 'workforce_assignments') }} as workforce_assignments
inner join {{ source('ledger', 'sources') }} as sources on workforce_assignments.content_id = sources.content_id
