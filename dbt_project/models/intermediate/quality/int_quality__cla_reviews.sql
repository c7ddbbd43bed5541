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

    select episodes.la_code, episodes.cla_id, persons.birth_date
    from episodes
    inner join persons on episodes.la_code = persons.la_code and episodes.la_child_id = persons.la_child_id
    qualify row_number() over (
        partition by episodes.la_code, episodes.cla_id order by episodes.episode_start_date
    ) = 1

)

select
    reviews.la_code,
    reviews.content_id,
    reviews.row_number,
    reviews.review_date is null and reviews.due_date is null as cla_review_undated,
    case
        when reviews.review_date is not null and not reviews.is_cancelled
            then reviews.participation_code is null
    end as cla_review_participation_missing,
    case
        when reviews.participation_code is not null
            then (
                (reviews.participation_code = 'PN0')
                <> ({{ age('children.birth_date', 'reviews.review_date') }} < 4)
            )
    end as cla_review_participation_age
from reviews
left join children on reviews.la_code = children.la_code and reviews.cla_id = children.cla_id
