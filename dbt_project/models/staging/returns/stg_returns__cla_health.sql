-- Health and dental checks of looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    clah_health_check_id as health_check_id,
    clah_person_id as la_child_id,
    clah_health_check_type as check_type_code,
    clah_health_check_date as check_date,
    coalesce(clah_health_check_status, 'COMPLETED') as check_status_code
from {{ source('returns', 'cla_health') }}
