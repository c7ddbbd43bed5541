-- Children on a plan, on the day of the lists: not seen for 10 working days, or for as long as the child's own interval
-- says where one is on file; with a review overdue or due within 30 days; or on the plan for 15 months, 21 or 2 years.
with lists as (

    select * from {{ ref('restricted_work_lists') }}
    where is_submitted

),

intervals as (

    select
        seen.vintage_id, seen.la_child_id, seen.period_end,
        last(requirements.interval_days order by requirements.from_date) as interval_days
    from {{ ref('int_plans__last_seen') }} as seen
    inner join {{ ref('stg_returns__visit_requirements') }} as requirements
        on
            seen.vintage_id = requirements.vintage_id
            and seen.la_child_id = requirements.la_child_id
            and requirements.kind_code = 'CP'
            and {{ is_live('requirements.from_date', 'requirements.to_date', 'seen.period_end') }}
    group by all

),

visits_due as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, seen.la_child_id,
        greatest(seen.last_seen_date, seen.on_plan_since) as on_date,
        coalesce(
            greatest(seen.last_seen_date, seen.on_plan_since) + intervals.interval_days::int, due_days.calendar_date
        ) as due_date,
        -- without an interval of its own, as the figure has it
        case
            when intervals.interval_days is not null
                then greatest(seen.last_seen_date, seen.on_plan_since) + intervals.interval_days::int < lists.period_end
            else coalesce(evidence.numerator = 0, false)
        end as is_late
    from lists
    inner join {{ ref('int_plans__last_seen') }} as seen
        on lists.vintage_id = seen.vintage_id and lists.period_end = seen.period_end
    left join intervals
        on
            seen.vintage_id = intervals.vintage_id
            and seen.la_child_id = intervals.la_child_id
            and seen.period_end = intervals.period_end
    left join {{ ref('int_plans__evidence') }} as evidence
        on
            evidence.indicator_id = 'cp_visit_10wd_pct'
            and lists.vintage_id = evidence.vintage_id
            and lists.period_end = evidence.counted_on
            and seen.la_child_id = evidence.la_child_id
    left join {{ ref('dim_calendar') }} as from_days
        on {{ numbered_day('greatest(seen.last_seen_date, seen.on_plan_since)') }} = from_days.calendar_date
    left join {{ ref('dim_calendar') }} as due_days
        on due_days.is_working_day and from_days.working_day_number + 10 = due_days.working_day_number
    where lists.kind = 'plan_visits'

),

plan_visits as (

    select
        la_code, kind, vintage_id, period_end, la_child_id, on_date, due_date,
        case when is_late then 'overdue' else 'due soon' end as state
    from visits_due
    where is_late or due_date <= period_end + 7

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

    select *, on_date as due_date, case when on_date < period_end then 'overdue' else 'due soon' end as state
    from reviews_missed
    where on_date <= period_end + 30

),

long_plans as (

    select
        lists.la_code, lists.kind, lists.vintage_id, lists.period_end, children.la_child_id,
        children.on_plan_since as on_date,
        {{ plus_months('children.on_plan_since', 24) }} as due_date,
        case
            when lists.period_end - children.on_plan_since >= 730 then '2 years or more'
            when lists.period_end >= {{ plus_months('children.on_plan_since', 21) }} then '21 months or more'
            else '15 months or more'
        end as state
    from lists
    inner join {{ ref('int_plans__children') }} as children
        on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end
    where
        lists.kind = 'long_plans'
        and lists.period_end >= {{ plus_months('children.on_plan_since', 15) }}

)

select *, period_end - on_date as days from plan_visits
union all by name
select *, period_end - on_date as days from plan_reviews
union all by name
select *, period_end - on_date as days from long_plans
