-- The longest gap allowed between visits to a child, where it is not the standard one;
-- as each vintage reads it: the newest there is.
select
    sources.vintage_id,
    sources.as_at_date,
    visit_requirements.person_id as la_child_id,
    visit_requirements.kind_code,
    visit_requirements.from_date,
    visit_requirements.to_date,
    visit_requirements.interval_days
from {{ source('returns', 'visit_requirements') }} as visit_requirements
inner join {{ source('ledger', 'sources') }} as sources on visit_requirements.content_id = sources.content_id
