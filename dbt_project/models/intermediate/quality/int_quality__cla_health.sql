-- Each health or dental check, and whether it breaks each rule; null where the rule has nothing to judge.
with records as (

    {{ judged('cla_health') }}

),

persons as (

    {{ judged('persons') }}

)

select
    records.la_code,
    records.content_id,
    records.row_number,
    persons.pers_person_id is null as health_check_child_unknown,
    case
        when coalesce(records.clah_health_check_status, 'COMPLETED') = 'COMPLETED'
            then records.clah_health_check_date > records.as_at_date
    end as health_check_after_period_end
from records
left join persons
    on records.la_code = persons.la_code and records.clah_person_id = persons.pers_person_id
