-- Statutory visits to looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    clav_cla_visit_id as visit_id,
    clav_person_id as la_child_id,
    clav_cla_id as cla_id,
    clav_cla_visit_date as visit_date,
    coalesce(clav_cla_visit_seen, false) as is_seen
from {{ source('returns', 'cla_visits') }}
