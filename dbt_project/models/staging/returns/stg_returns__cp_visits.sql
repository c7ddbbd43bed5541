-- Statutory visits to children on child protection plans;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cppv_cp_visit_id as visit_id,
    cppv_person_id as la_child_id,
    cppv_cp_plan_id as cp_plan_id,
    cppv_cp_visit_date as visit_date,
    coalesce(cppv_cp_visit_seen, false) as is_seen,
    cppv_cp_visit_seen_alone as is_seen_alone
from {{ source('returns', 'cp_visits') }}
