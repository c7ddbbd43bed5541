-- Each care leaver, and whether the record breaks each rule; null where the rule has nothing to judge. Most rules judge
-- only those who are counted: relevant and former relevant.
with leavers as (

    select
        *,
        clea_care_leaver_eligibility in ('RELEVANT', 'FORMER_RELEVANT') as is_counted
    from ({{ judged('care_leavers') }})

),

persons as (

    {{ judged('persons') }}

),

in_care_now as (

    select distinct la_code, clae_person_id
    from ({{ judged('cla_episodes') }})
    where {{ is_live('clae_cla_episode_start_date', 'clae_cla_episode_ceased_date', 'as_at_date') }}

),

aged as (

    select
        leavers.*,
        persons.pers_person_id,
        persons.pers_death_date,
        {{ age('persons.pers_dob', 'leavers.as_at_date') }} as age
    from leavers
    left join persons
        on leavers.la_code = persons.la_code and leavers.clea_person_id = persons.pers_person_id

)

select
    aged.la_code,
    aged.content_id,
    aged.row_number,
    aged.pers_person_id is null as care_leaver_child_unknown,
    case
        when aged.is_counted and aged.clea_care_leaver_in_touch = 'YES'
            then (
                aged.clea_care_leaver_activity is null
                or aged.clea_care_leaver_accommodation is null
                or aged.clea_care_leaver_accom_suitable is null
            )
    end as care_leaver_incomplete,
    case
        when aged.clea_care_leaver_in_touch in ('DIED', 'RHOM')
            then aged.clea_care_leaver_activity is not null or aged.clea_care_leaver_accommodation is not null
    end as care_leaver_details_contradicted,
    case when aged.clea_care_leaver_accommodation = 'T' then aged.age < 18 end as care_leaver_foyer_under_18,
    case
        when aged.is_counted
            then (
                aged.age < case aged.clea_care_leaver_eligibility when 'RELEVANT' then 16 else 18 end
                or aged.age > 25
                or coalesce(aged.pers_death_date <= aged.as_at_date, false)
            )
    end as care_leaver_not_eligible,
    case when aged.is_counted then in_care_now.clae_person_id is not null end as care_leaver_in_care
from aged
left join in_care_now
    on aged.la_code = in_care_now.la_code and aged.clea_person_id = in_care_now.clae_person_id
