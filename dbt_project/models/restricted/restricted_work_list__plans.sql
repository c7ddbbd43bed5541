-- Children on a plan, on the last day of the newest month: not seen for 10 working days, with a review overdue or due
-- within 30 days, or on the plan for 2 years or nearly so.
with lists as (

    select * from {{ ref('restricted_work_lists') }}
    where is_submitted

),

plan_visits as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, seen.la_child_id, 'overdue' as state,
        greatest(seen.last_seen_date, seen.on_plan_since) as on_date
    from lists
    inner join {{ ref('int_plans__last_seen') }} as seen
        on lists.vintage_id = seen.vintage_id and lists.period_end = seen.period_end
    semi join {{ ref('int_plans__evidence') }} as late
        on
            late.indicator_id = 'cp_visit_10wd_pct' and late.numerator = 0
            and lists.vintage_id = late.vintage_id
            and lists.period_end = late.counted_on
            and seen.la_child_id = late.la_child_id
    where lists.kind = 'plan_visits'

),

reviews_missed as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, children.la_child_id,
        max(reviews.due_date) as on_date
    from lists
    inner join {{ ref('int_plans__children') }} as children
        on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end
    inner join {{ ref('int_plans__missed_reviews') }} as reviews
        on children.vintage_id = reviews.vintage_id and children.cp_plan_id = reviews.cp_plan_id
    where lists.kind = 'plan_reviews'
    group by all

),

plan_reviews as (

    select *, case when on_date < period_end then 'overdue' else 'due soon' end as state
    from reviews_missed
    where on_date <= period_end + 30

),

long_plans as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, children.la_child_id,
        children.on_plan_since as on_date,
        case
            when lists.period_end - children.on_plan_since >= 730 then '2 years or more'
            else 'near 2 years'
        end as state
    from lists
    inner join {{ ref('int_plans__children') }} as children
        on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end
    where lists.kind = 'long_plans' and lists.period_end - children.on_plan_since >= 640

)

select *, period_end - on_date as days from plan_visits
union all by name
select *, period_end - on_date as days from plan_reviews
union all by name
select *, period_end - on_date as days from long_plans
