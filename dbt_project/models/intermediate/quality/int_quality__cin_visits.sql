-- Each visit to a child in need, and whether it breaks each rule; null where the rule has nothing to judge.
with records as (

    {{ judged('cin_visits') }}

),

persons as (

    {{ judged('persons') }}

)

select
    records.la_code,
    records.content_id,
    records.row_number,
    persons.la_child_id is null as cin_visit_child_unknown,
    records.visit_date > records.as_at_date as cin_visit_after_period_end
from records
left join persons
    on records.la_code = persons.la_code and records.la_child_id = persons.la_child_id
