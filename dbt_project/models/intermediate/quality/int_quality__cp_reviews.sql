-- Each review conference, and whether it breaks each rule; null where the rule has nothing to judge.
with reviews as (

    {{ judged('cp_reviews') }}

),

plans as (

    {{ judged('cp_plans') }}

),

persons as (

    {{ judged('persons') }}

),

cin_plans as (

    {{ judged('cin_plans') }}

),

inside_cin_plans as (

    select distinct reviews.la_code, reviews.review_id
    from reviews
    inner join cin_plans
        on
            reviews.la_code = cin_plans.la_code
            and reviews.la_child_id = cin_plans.la_child_id
            and reviews.review_date > cin_plans.cin_plan_start_date
            and reviews.review_date < coalesce(cin_plans.cin_plan_end_date, date '9999-12-31')

)

select
    reviews.la_code,
    reviews.content_id,
    reviews.row_number,
    persons.la_child_id is null as cp_review_child_unknown,
    reviews.review_date <= plans.cp_plan_start_date as cp_review_before_plan,
    reviews.review_date is null and reviews.due_date is null as cp_review_undated,
    case when reviews.review_date is not null then inside_cin_plans.review_id is not null end
        as cp_review_inside_cin_plan
from reviews
left join plans
    on reviews.la_code = plans.la_code and reviews.cp_plan_id = plans.cp_plan_id
left join persons
    on reviews.la_code = persons.la_code and reviews.la_child_id = persons.la_child_id
left join inside_cin_plans
    on
        reviews.la_code = inside_cin_plans.la_code
        and reviews.review_id = inside_cin_plans.review_id
