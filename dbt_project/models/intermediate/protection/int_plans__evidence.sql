-- Which plans and children count towards each indicator of child protection plans.
with plans as (

    select * from {{ ref('int_plans__base') }}

),

children as (

    select
        *,
        ({{ days_between('on_plan_since', 'period_end') }} >= 730)::int as is_two_years
    from {{ ref('int_plans__children') }}

),

-- cp_open, cp_rate_10k  Children subject to a plan
-- cp_2y_open_count, cp_2y_open_pct  Children on a plan for 2 years or more
-- cp_category_pct  Children on a plan by category
on_a_plan as (

    select
        indicators.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        case when indicators.indicator_id = 'cp_category_pct' then children.category_code end as breakdown_value,
        case
            when indicators.indicator_id in ('cp_open', 'cp_rate_10k') then 1
            when indicators.indicator_id = 'cp_category_pct' then (children.category_code is not null)::int
            else children.is_two_years
        end as numerator,
        1 as denominator
    from children,
        (
            values ('cp_open'), ('cp_rate_10k'), ('cp_2y_open_count'), ('cp_2y_open_pct'), ('cp_category_pct')
        ) as indicators (indicator_id)

),

-- cp_started, cp_started_rate_10k  Plans started
-- cp_ended, cp_ended_rate_10k  Plans ended
-- cp_net_change  Net change in plans
started_and_ended as (

    select
        indicators.indicator_id, plans.vintage_id, plans.content_id, plans.row_number,
        plans.la_child_id, plans.cp_plan_start_date as counted_on, 1 as numerator
    from plans, (values ('cp_started'), ('cp_started_rate_10k'), ('cp_net_change')) as indicators (indicator_id)
    union all
    select
        indicators.indicator_id, plans.vintage_id, plans.content_id, plans.row_number,
        plans.la_child_id, plans.cp_plan_end_date as counted_on,
        case when indicators.indicator_id = 'cp_net_change' then -1 else 1 end as numerator
    from plans, (values ('cp_ended'), ('cp_ended_rate_10k'), ('cp_net_change')) as indicators (indicator_id)
    where plans.cp_plan_end_date is not null

),

-- cp_subsequent_ever_pct  Plans that are a second or later plan, however long ago the first was
subsequent_ever as (

    select
        'cp_subsequent_ever_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, cp_plan_start_date as counted_on,
        (coalesce(number_of_previous_plans >= 1, false) or has_earlier_plan)::int as numerator,
        1 as denominator
    from plans

),

-- cp_subsequent_2y_pct  Plans starting within 2 years of the end of an earlier plan
subsequent_2y as (

    select
        'cp_subsequent_2y_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, cp_plan_start_date as counted_on,
        exists(
            select 1 from plans as earlier
            where
                plans.vintage_id = earlier.vintage_id
                and plans.la_child_id = earlier.la_child_id
                and plans.cp_plan_id <> earlier.cp_plan_id
                and {{ days_between('earlier.cp_plan_end_date', 'plans.cp_plan_start_date') }} between 0 and 730
        )::int as numerator,
        1 as denominator
    from plans

),

-- cp_2y_closed_pct  Plans ended that had lasted 2 years or more
two_years_closed as (

    select
        'cp_2y_closed_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, cp_plan_end_date as counted_on,
        ({{ days_between('cp_plan_start_date', 'cp_plan_end_date') }} >= 730)::int as numerator,
        1 as denominator
    from plans
    where cp_plan_end_date is not null

),

missed_reviews as (

    select * from {{ ref('int_plans__missed_reviews') }}

),

-- cp_reviews_children_intime_pct  Children whose plan reviews were all in time, over the last 12 months
reviews_all_in_time as (

    select
        'cp_reviews_children_intime_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, period_end as counted_on,
        (not exists (
            select 1 from missed_reviews
            where
                children.vintage_id = missed_reviews.vintage_id
                and children.cp_plan_id = missed_reviews.cp_plan_id
                and missed_reviews.due_date between children.twelve_months_start and children.period_end
        ))::int as numerator,
        1 as denominator
    from children
    where {{ days_between('on_plan_since', 'period_end') }} >= 91

),

-- rcpc_intime_pct  Review conferences held in time
reviews_in_time as (

    select
        'rcpc_intime_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, review_date as counted_on,
        (review_date <= due_date)::int as numerator, 1 as denominator
    from {{ ref('stg_returns__cp_reviews') }}
    where review_date is not null and due_date is not null

),

-- cp_visit_10wd_pct, cp_visit_20wd_pct  Children on a plan seen in the last 10, or 20, working days
seen_lately as (

    select
        indicators.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        coalesce(
            children.last_seen_date >= children.on_plan_since
            and children.period_end_number - seen_days.working_day_number <= indicators.working_days,
            false
        )::int as numerator,
        1 as denominator
    from {{ ref('int_plans__last_seen') }} as children
    left join {{ ref('dim_calendar') }} as seen_days
        on {{ numbered_day('children.last_seen_date') }} = seen_days.calendar_date
    inner join {{ ref('dim_calendar') }} as start_days
        on {{ numbered_day('children.on_plan_since') }} = start_days.calendar_date
    inner join (values ('cp_visit_10wd_pct', 10), ('cp_visit_20wd_pct', 20)) as indicators (indicator_id, working_days)
        on children.period_end_number - start_days.working_day_number >= indicators.working_days

),

-- cp_visits_intime_pct  Plan visits made by their due date, on a fixed grid from the plan's start
visits_in_time as (

    select
        'cp_visits_intime_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, due_date as counted_on,
        is_visited::int as numerator, 1 as denominator
    from {{ ref('int_plans__visit_duties') }}

),

-- cp_plan_uptodate_pct  Children on a plan with an up-to-date plan document
plan_up_to_date as (

    select
        'cp_plan_uptodate_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on, (documents.la_child_id is not null)::int as numerator, 1 as denominator
    from children
    left join {{ ref('int_documents__current') }} as documents
        on
            children.vintage_id = documents.vintage_id
            and children.la_child_id = documents.la_child_id
            and children.month_number = documents.month_number
            and documents.kind_code = 'CP'

),

-- cp_allocated_qualified_pct  Children on a plan allocated to a qualified social worker
allocated_qualified as (

    select
        'cp_allocated_qualified_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on,
        exists(
            select 1 from {{ ref('int_workforce__cases') }} as cases
            inner join {{ ref('stg_returns__professionals') }} as workers
                on
                    cases.vintage_id = workers.vintage_id
                    and cases.worker_id = workers.worker_id
                    and cases.month_number = workers.source_month_number
            where
                children.vintage_id = cases.vintage_id
                and children.la_child_id = cases.la_child_id
                and children.month_number = cases.month_number
                and workers.registration_number is not null
        )::int as numerator,
        1 as denominator
    from children

),

known_a_year as (

    select * from {{ ref('int_plans__known_a_year') }}

),

workers_in_twelve_months as (

    select known_a_year.vintage_id, known_a_year.la_child_id, known_a_year.month_number
    from known_a_year
    inner join {{ ref('stg_returns__involvements') }} as involvements
        on
            known_a_year.vintage_id = involvements.vintage_id
            and known_a_year.la_child_id = involvements.la_child_id
            and involvements.role_code = 'SW'
            and known_a_year.period_end >= involvements.involvement_start_date
    where
        involvements.involvement_end_date is null
        or (
            involvements.involvement_end_date > known_a_year.year_before
            and involvements.involvement_end_date > involvements.involvement_start_date
        )
    group by all
    having count(distinct involvements.worker_id) >= 3

),

-- sw_changes_3plus_12m_pct  Children with 3 or more social workers in 12 months
many_workers as (

    select
        'sw_changes_3plus_12m_pct' as indicator_id, known_a_year.vintage_id, known_a_year.content_id,
        known_a_year.row_number, known_a_year.la_child_id, known_a_year.period_end as counted_on,
        (workers.la_child_id is not null)::int as numerator, 1 as denominator
    from known_a_year
    left join workers_in_twelve_months as workers
        on
            known_a_year.vintage_id = workers.vintage_id
            and known_a_year.la_child_id = workers.la_child_id
            and known_a_year.month_number = workers.month_number

)

select * from on_a_plan
union all by name
select * from started_and_ended
union all by name
select * from subsequent_ever
union all by name
select * from subsequent_2y
union all by name
select * from two_years_closed
union all by name
select * from reviews_all_in_time
union all by name
select * from reviews_in_time
union all by name
select * from seen_lately
union all by name
select * from visits_in_time
union all by name
select * from plan_up_to_date
union all by name
select * from allocated_qualified
union all by name
select * from many_workers
