-- Visits to children on child in need plans; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cinv_cin_visit_id as visit_id,
    cinv_person_id as la_child_id,
    cinv_cin_visit_date as visit_date,
    coalesce(cinv_cin_visit_seen, false) as is_seen,
    cinv_cin_visit_seen_alone as is_seen_alone
from {{ source('returns', 'cin_visits') }}
