-- Permanent social workers coming to the authority and leaving it; moves inside it are neither.
with assignments as (

    select assignments.*
    from {{ ref('stg_returns__workforce_assignments') }} as assignments
    inner join {{ ref('stg_returns__workforce_posts') }} as posts
        on assignments.vintage_id = posts.vintage_id and assignments.post_id = posts.post_id
    where assignments.holder_type = 'PERMANENT' and posts.role_code in ('SW', 'SSW')

)

select 'start' as move, vintage_id, content_id, row_number, start_date as moved_on, fte, start_route as route
from assignments
where coalesce(start_route, '') <> 'INTERNAL'
union all
select 'leave' as move, vintage_id, content_id, row_number, end_date as moved_on, fte, end_route as route
from assignments
where end_date is not null and coalesce(end_route, '') <> 'INTERNAL'
