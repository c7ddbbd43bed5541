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
    persons.la_child_id is null as health_check_child_unknown,
    case
        when records.check_status_code = 'COMPLETED'
            then records.check_date > records.as_at_date
    end as health_check_after_period_end
from records
left join persons
    on records.la_code = persons.la_code and records.la_child_id = persons.la_child_id
