-- Looked after children, on the last day of the newest month: not visited in time, or with a review overdue or due
-- within 30 days.
with lists as (

    select * from {{ ref('restricted_work_lists') }}
    where is_submitted

),

care_visits as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, children.la_child_id, 'overdue' as state,
        children.care_start_date as on_date
    from lists
    inner join {{ ref('int_care__children') }} as children
        on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end
    semi join {{ ref('int_care__evidence') }} as late
        on
            late.indicator_id = 'cla_visit_intime_pct' and late.numerator = 0
            and lists.vintage_id = late.vintage_id
            and lists.period_end = late.counted_on
            and children.la_child_id = late.la_child_id
    where lists.kind = 'care_visits'

),

care_reviews as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, reviews.review_id::varchar as record_id,
        children.la_child_id, reviews.due_date as on_date,
        case when reviews.due_date < lists.period_end then 'overdue' else 'due soon' end as state
    from lists
    inner join {{ ref('int_care__children') }} as children
        on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end
    inner join {{ ref('stg_returns__cla_reviews') }} as reviews
        on children.vintage_id = reviews.vintage_id and children.cla_id = reviews.cla_id
    where
        lists.kind = 'care_reviews'
        and not reviews.is_cancelled
        and reviews.review_date is null
        and reviews.due_date <= lists.period_end + 30

)

select *, period_end - on_date as days from care_visits
union all by name
select *, period_end - on_date as days from care_reviews
