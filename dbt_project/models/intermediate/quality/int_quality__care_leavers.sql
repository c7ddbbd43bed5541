-- Each care leaver, and whether the record breaks each rule; null where the rule has nothing to judge. Most rules judge
-- only those who are counted: relevant and former relevant.
with leavers as (

    select
        *,
        eligibility_code in ('RELEVANT', 'FORMER_RELEVANT') as is_counted
    from ({{ judged('care_leavers') }})

),

persons as (

    {{ judged('persons') }}

),

in_care_now as (

    select distinct la_code, la_child_id
    from ({{ judged('cla_episodes') }})
    where {{ is_live('episode_start_date', 'ceased_date', 'as_at_date') }}

),

aged as (

    select
        leavers.*,
        persons.la_child_id is null as is_unknown,
        persons.death_date,
        {{ age('persons.birth_date', 'leavers.as_at_date') }} as age
    from leavers
    left join persons
        on leavers.la_code = persons.la_code and leavers.la_child_id = persons.la_child_id

)

select
    aged.la_code,
    aged.content_id,
    aged.row_number,
    aged.is_unknown as care_leaver_child_unknown,
    case
        when aged.is_counted and aged.in_touch_code = 'YES'
            then (
                aged.activity_code is null
                or aged.accommodation_code is null
                or aged.accommodation_suitable_code is null
            )
    end as care_leaver_incomplete,
    case
        when aged.in_touch_code in ('DIED', 'RHOM')
            then aged.activity_code is not null or aged.accommodation_code is not null
    end as care_leaver_details_contradicted,
    case when aged.accommodation_code = 'T' then aged.age < 18 end as care_leaver_foyer_under_18,
    case
        when aged.is_counted
            then (
                aged.age < case aged.eligibility_code when 'RELEVANT' then 16 else 18 end
                or aged.age > 25
                or coalesce(aged.death_date <= aged.as_at_date, false)
            )
    end as care_leaver_not_eligible,
    case when aged.is_counted then in_care_now.la_child_id is not null end as care_leaver_in_care
from aged
left join in_care_now
    on aged.la_code = in_care_now.la_code and aged.la_child_id = in_care_now.la_child_id
