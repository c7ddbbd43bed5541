-- Statutory visits to children on child protection plans;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cp_visits.cppv_cp_visit_id as visit_id,
    cp_visits.cppv_person_id as la_child_id,
    cp_visits.cppv_cp_plan_id as cp_plan_id,
    cp_visits.cppv_cp_visit_date as visit_date,
    coalesce(cp_visits.cppv_cp_visit_seen, false) as is_seen,
    cp_visits.cppv_cp_visit_seen_alone as is_seen_alone
from {{ source('returns', 'cp_visits') }} as cp_visits
inner join {{ source('ledger', 'sources') }} as sources on cp_visits.content_id = sources.content_id
