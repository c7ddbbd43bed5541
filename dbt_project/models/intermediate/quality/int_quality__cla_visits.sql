-- Each visit to a looked after child, and whether it breaks each rule; null where the rule has nothing to judge.
with visits as (

    {{ judged('cla_visits') }}

),

care as (

    select
        la_code,
        cla_id,
        least(min(entered_care_date), min(episode_start_date)) as entered_date
    from ({{ judged('cla_episodes') }})
    group by la_code, cla_id

),

persons as (

    {{ judged('persons') }}

)

select
    visits.la_code,
    visits.content_id,
    visits.row_number,
    persons.la_child_id is null as cla_visit_child_unknown,
    visits.visit_date > visits.as_at_date
    or coalesce(visits.visit_date < care.entered_date, false) as cla_visit_out_of_time
from visits
left join care on visits.la_code = care.la_code and visits.cla_id = care.cla_id
left join persons
    on visits.la_code = persons.la_code and visits.la_child_id = persons.la_child_id
