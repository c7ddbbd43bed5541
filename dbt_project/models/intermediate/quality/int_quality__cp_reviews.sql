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

    select distinct reviews.la_code, reviews.cppr_cp_review_id
    from reviews
    inner join cin_plans
        on
            reviews.la_code = cin_plans.la_code
            and reviews.cppr_person_id = cin_plans.cinp_person_id
            and reviews.cppr_cp_review_date > cin_plans.cinp_cin_plan_start_date
            and reviews.cppr_cp_review_date < coalesce(cin_plans.cinp_cin_plan_end_date, date '9999-12-31')

)

select
    reviews.la_code,
    reviews.content_id,
    reviews.row_number,
    persons.pers_person_id is null as cp_review_child_unknown,
    reviews.cppr_cp_review_date <= plans.cppl_cp_plan_start_date as cp_review_before_plan,
    reviews.cppr_cp_review_date is null and reviews.cppr_cp_review_due is null as cp_review_undated,
    case when reviews.cppr_cp_review_date is not null then inside_cin_plans.cppr_cp_review_id is not null end
        as cp_review_inside_cin_plan
from reviews
left join plans
    on reviews.la_code = plans.la_code and reviews.cppr_cp_plan_id = plans.cppl_cp_plan_id
left join persons
    on reviews.la_code = persons.la_code and reviews.cppr_person_id = persons.pers_person_id
left join inside_cin_plans
    on
        reviews.la_code = inside_cin_plans.la_code
        and reviews.cppr_cp_review_id = inside_cin_plans.cppr_cp_review_id
