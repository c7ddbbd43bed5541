-- Each contact, and whether it breaks each rule; null where the rule has nothing to judge.
with records as (

    {{ judged('contacts') }}

),

persons as (

    {{ judged('persons') }}

)

select
    records.la_code,
    records.content_id,
    records.row_number,
    persons.la_child_id is null as contact_child_unknown
from records
left join persons
    on records.la_code = persons.la_code and records.la_child_id = persons.la_child_id
