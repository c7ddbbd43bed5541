-- Each review of a looked after child, and whether it breaks each rule; null where the rule has nothing to judge.
with reviews as (

    {{ judged('cla_reviews') }}

),

episodes as (

    {{ judged('cla_episodes') }}

),

persons as (

    {{ judged('persons') }}

),

children as (

    select episodes.la_code, episodes.clae_cla_id, persons.pers_dob
    from episodes
    inner join persons on episodes.la_code = persons.la_code and episodes.clae_person_id = persons.pers_person_id
    qualify row_number() over (
        partition by episodes.la_code, episodes.clae_cla_id order by episodes.clae_cla_episode_start_date
    ) = 1

)

select
    reviews.la_code,
    reviews.content_id,
    reviews.row_number,
    reviews.clar_cla_review_date is null and reviews.clar_cla_review_due_date is null as cla_review_undated,
    case
        when reviews.clar_cla_review_date is not null and not coalesce(reviews.clar_cla_review_cancelled, false)
            then reviews.clar_cla_review_participation is null
    end as cla_review_participation_missing,
    case
        when reviews.clar_cla_review_participation is not null
            then (
                (reviews.clar_cla_review_participation = 'PN0')
                <> ({{ age('children.pers_dob', 'reviews.clar_cla_review_date') }} < 4)
            )
    end as cla_review_participation_age
from reviews
left join children on reviews.la_code = children.la_code and reviews.clar_cla_id = children.clae_cla_id
