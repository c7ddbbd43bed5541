-- Established posts; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    workforce_posts.post_id,
    workforce_posts.team_id,
    workforce_posts.role_code,
    workforce_posts.established_fte,
    workforce_posts.established_from_date,
    workforce_posts.established_to_date
from {{ source('returns', 'workforce_posts') }} as workforce_posts
inner join {{ source('ledger', 'sources') }} as sources on workforce_posts.content_id = sources.content_id
