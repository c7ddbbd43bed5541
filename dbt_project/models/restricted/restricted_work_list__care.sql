-- Looked after children, on the day of the lists: not visited in time, or due within 7 days; with a review overdue or
-- due within 30 days; or with a health or dental check overdue or due within 30 days.
with lists as (

    select * from {{ ref('restricted_work_lists') }}
    where is_submitted

),

children as (

    select
        lists.la_code, lists.kind, lists.period_end, lists.period_end_number, children.vintage_id,
        children.la_child_id, children.cla_id, children.care_start_date, children.care_start_number,
        children.age_years
    from lists
    inner join {{ ref('int_care__children') }} as children
        on lists.vintage_id = children.vintage_id and lists.period_end = children.period_end

),

seen as (

    select children.la_child_id, children.vintage_id, max(visits.visit_date) as last_seen_date
    from children
    inner join {{ ref('stg_returns__cla_visits') }} as visits
        on
            children.vintage_id = visits.vintage_id
            and children.la_child_id = visits.la_child_id
            and visits.visit_date between children.care_start_date and children.period_end
    where visits.is_seen and children.kind = 'care_visits'
    group by all

),

intervals as (

    select
        children.vintage_id, children.la_child_id,
        last(requirements.interval_days order by requirements.from_date) as interval_days
    from children
    inner join {{ ref('stg_returns__visit_requirements') }} as requirements
        on
            children.vintage_id = requirements.vintage_id
            and children.la_child_id = requirements.la_child_id
            and requirements.kind_code = 'CLA'
            and {{ is_live('requirements.from_date', 'requirements.to_date', 'children.period_end') }}
    where children.kind = 'care_visits'
    group by all

),

judged as (

    select
        children.la_code, children.kind, children.vintage_id, children.period_end, children.la_child_id,
        children.care_start_date as on_date, evidence.numerator = 0 as is_late,
        -- the first visit of a period of care is due within a week of its start
        case
            when seen.last_seen_date is null then children.care_start_date + 7
            else seen.last_seen_date + coalesce(intervals.interval_days, 42)::int
        end as due_date
    from children
    inner join {{ ref('int_care__evidence') }} as evidence
        on
            evidence.indicator_id = 'cla_visit_intime_pct'
            and children.vintage_id = evidence.vintage_id
            and children.period_end = evidence.counted_on
            and children.la_child_id = evidence.la_child_id
    left join seen on children.vintage_id = seen.vintage_id and children.la_child_id = seen.la_child_id
    left join intervals
        on children.vintage_id = intervals.vintage_id and children.la_child_id = intervals.la_child_id
    where children.kind = 'care_visits'

),

care_visits as (

    select
        la_code, kind, vintage_id, period_end, la_child_id, on_date, due_date,
        case when is_late then 'overdue' else 'due soon' end as state
    from judged
    where is_late or due_date <= period_end + 7

),

care_reviews as (

    select
        children.la_code, children.kind, children.vintage_id, children.period_end,
        reviews.review_id::varchar as record_id, children.la_child_id, reviews.due_date as on_date, reviews.due_date,
        case when reviews.due_date < children.period_end then 'overdue' else 'due soon' end as state
    from children
    inner join {{ ref('stg_returns__cla_reviews') }} as reviews
        on children.vintage_id = reviews.vintage_id and children.cla_id = reviews.cla_id
    where
        children.kind = 'care_reviews'
        and not reviews.is_cancelled
        and (reviews.review_date is null or reviews.review_date > children.period_end)
        and reviews.due_date <= children.period_end + 30

),

-- an assessment of health within 20 working days of the start of care, then each year, and twice where under 5; a
-- dental check each year
duties as (

    select
        children.*, owed.record_id,
        max(checks.check_date) as last_check_date,
        case
            when owed.record_id = 'dental' or children.age_years >= 5 then 12
            else 6
        end as months_between
    from children
    cross join (values ('health'), ('dental')) as owed (record_id)
    left join {{ ref('stg_returns__cla_health') }} as checks
        on
            children.vintage_id = checks.vintage_id
            and children.la_child_id = checks.la_child_id
            and checks.check_status_code = 'COMPLETED'
            and children.period_end >= checks.check_date
            and (checks.check_type_code = 'DENTAL') = (owed.record_id = 'dental')
            -- what was done before the child came into care is not of it
            and children.care_start_date <= checks.check_date
    where children.kind = 'health_checks'
    group by all

),

checks_due as (

    select
        duties.*,
        case
            when duties.last_check_date is not null
                then {{ plus_months('duties.last_check_date', 'duties.months_between') }}
            when duties.record_id = 'dental' then {{ plus_months('duties.care_start_date', 12) }}
            else due_days.calendar_date
        end as due_date
    from duties
    left join {{ ref('dim_calendar') }} as due_days
        on due_days.is_working_day and duties.care_start_number + 20 = due_days.working_day_number

),

health_checks as (

    select
        la_code, kind, vintage_id, period_end, record_id || ' ' || la_child_id::varchar as record_id, la_child_id,
        coalesce(last_check_date, care_start_date) as on_date, due_date,
        case when due_date < period_end then 'overdue' else 'due soon' end as state
    from checks_due
    where due_date <= period_end + 30

)

select *, period_end - on_date as days from care_visits
union all by name
select *, period_end - on_date as days from care_reviews
union all by name
select *, period_end - due_date as days from health_checks
