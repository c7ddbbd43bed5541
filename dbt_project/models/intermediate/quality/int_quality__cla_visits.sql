-- Each visit to a looked after child, and whether it breaks each rule; null where the rule has nothing to judge.
with visits as (

    {{ judged('cla_visits') }}

),

care as (

    select
        la_code,
        clae_cla_id,
        least(min(clae_entered_care_date), min(clae_cla_episode_start_date)) as entered_date
    from ({{ judged('cla_episodes') }})
    group by la_code, clae_cla_id

),

persons as (

    {{ judged('persons') }}

)

select
    visits.la_code,
    visits.content_id,
    visits.row_number,
    persons.pers_person_id is null as cla_visit_child_unknown,
    visits.clav_cla_visit_date > visits.as_at_date
    or coalesce(visits.clav_cla_visit_date < care.entered_date, false) as cla_visit_out_of_time
from visits
left join care on visits.la_code = care.la_code and visits.clav_cla_id = care.clae_cla_id
left join persons
    on visits.la_code = persons.la_code and visits.clav_person_id = persons.pers_person_id
