-- Visits to children on child in need plans; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cin_visits.cinv_cin_visit_id as visit_id,
    cin_visits.cinv_person_id as la_child_id,
    cin_visits.cinv_cin_visit_date as visit_date,
    coalesce(cin_visits.cinv_cin_visit_seen, false) as is_seen,
    cin_visits.cinv_cin_visit_seen_alone as is_seen_alone
from {{ source('returns', 'cin_visits') }} as cin_visits
inner join {{ source('ledger', 'sources') }} as sources on cin_visits.content_id = sources.content_id
