-- Teams and the services they belong to; as each vintage reads it: the newest there is.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    dept_team_id as team_id,
    dept_team_name as team_name,
    dept_team_parent_id as parent_team_id
from {{ source('returns', 'departments') }}
