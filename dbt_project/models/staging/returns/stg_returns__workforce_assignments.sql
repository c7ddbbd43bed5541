-- People in posts: now, past or about to start; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    assignment_id,
    post_id,
    worker_id,
    holder_type,
    fte,
    start_date,
    end_date,
    offer_accepted_date,
    start_route,
    end_route,
    asye_passed_date
from {{ source('returns', 'workforce_assignments') }}
