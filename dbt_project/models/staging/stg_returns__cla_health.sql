-- Health and dental checks of looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cla_health.clah_health_check_id as health_check_id,
    cla_health.clah_person_id as la_child_id,
    cla_health.clah_health_check_type as check_type_code,
    cla_health.clah_health_check_date as check_date,
    coalesce(cla_health.clah_health_check_status, 'COMPLETED') as check_status_code
from {{ source('returns', 'cla_health') }} as cla_health
inner join {{ source('ledger', 'sources') }} as sources on cla_health.content_id = sources.content_id
