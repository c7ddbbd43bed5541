-- Teams and the services they belong to; as each vintage reads it: the newest there is.
select
    sources.vintage_id,
    sources.as_at_date,
    departments.dept_team_id as team_id,
    departments.dept_team_name as team_name,
    departments.dept_team_parent_id as parent_team_id
from {{ source('returns', 'departments') }} as departments
inner join {{ source('ledger', 'sources') }} as sources on departments.content_id = sources.content_id
