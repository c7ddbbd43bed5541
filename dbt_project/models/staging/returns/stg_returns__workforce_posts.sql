-- Established posts; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    post_id,
    team_id,
    role_code,
    established_fte,
    established_from_date,
    established_to_date
from {{ source('returns', 'workforce_posts') }}
