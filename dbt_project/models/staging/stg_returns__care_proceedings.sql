-- Care proceedings issued, one row a child and application;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    care_proceedings.person_id as la_child_id,
    care_proceedings.application_date
from {{ source('returns', 'care_proceedings') }} as care_proceedings
inner join {{ source('ledger', 'sources') }} as sources on care_proceedings.content_id = sources.content_id
