-- Statutory visits to looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cla_visits.clav_cla_visit_id as visit_id,
    cla_visits.clav_person_id as la_child_id,
    cla_visits.clav_cla_id as cla_id,
    cla_visits.clav_cla_visit_date as visit_date,
    coalesce(cla_visits.clav_cla_visit_seen, false) as is_seen
from {{ source('returns', 'cla_visits') }} as cla_visits
inner join {{ source('ledger', 'sources') }} as sources on cla_visits.content_id = sources.content_id
