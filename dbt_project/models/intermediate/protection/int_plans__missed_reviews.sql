{{ config(materialized='fresh_table') }}

-- Each review of a plan that was due and not held by its day: the first after 91 days, each next 183 after the last.
with reviews as (

    select distinct reviews.vintage_id, reviews.cp_plan_id, plans.cp_plan_start_date, reviews.review_date
    from {{ ref('stg_returns__cp_reviews') }} as reviews
    inner join {{ ref('int_plans__base') }} as plans
        on reviews.vintage_id = plans.vintage_id and reviews.cp_plan_id = plans.cp_plan_id
    where reviews.review_date > plans.cp_plan_start_date

),

after_each as (

    -- the review expected after each one held
    select
        vintage_id, cp_plan_id, review_date + 183 as due_date,
        lead(review_date) over (partition by vintage_id, cp_plan_id order by review_date) as held_date
    from reviews

),

first_due as (

    select
        plans.vintage_id, plans.cp_plan_id, plans.cp_plan_start_date + 91 as due_date,
        min(reviews.review_date) as held_date
    from {{ ref('int_plans__base') }} as plans
    left join reviews on plans.vintage_id = reviews.vintage_id and plans.cp_plan_id = reviews.cp_plan_id
    group by all

)

select vintage_id, cp_plan_id, due_date from after_each
where held_date is null or held_date > due_date
union all
select vintage_id, cp_plan_id, due_date from first_due
where held_date is null or held_date > due_date
