-- Each visit to a child on a plan, and whether it breaks each rule; null where the rule has nothing to judge.
with visits as (

    {{ judged('cp_visits') }}

),

plans as (

    {{ judged('cp_plans') }}

),

persons as (

    {{ judged('persons') }}

)

select
    visits.la_code,
    visits.content_id,
    visits.row_number,
    persons.la_child_id is null as cp_visit_child_unknown,
    visits.visit_date > visits.as_at_date
    or coalesce(visits.visit_date < plans.cp_plan_start_date, false) as cp_visit_out_of_time
from visits
left join plans
    on visits.la_code = plans.la_code and visits.cp_plan_id = plans.cp_plan_id
left join persons
    on visits.la_code = persons.la_code and visits.la_child_id = persons.la_child_id
