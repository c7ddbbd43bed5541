-- Each visit that a plan called for by the as-at date, and whether the child was seen since the due date before it.
with intervals as (

    select
        plans.vintage_id,
        plans.content_id,
        plans.row_number,
        plans.cp_plan_id,
        plans.la_child_id,
        plans.cp_plan_start_date,
        plans.cp_plan_end_date,
        plans.as_at_date,
        coalesce(requirements.interval_days, 14)::int as interval_days
    from {{ ref('int_plans__base') }} as plans
    left join {{ ref('stg_returns__visit_requirements') }} as requirements
        on
            plans.vintage_id = requirements.vintage_id
            and plans.la_child_id = requirements.la_child_id
            and requirements.kind_code = 'CP'
            and {{ is_live('requirements.from_date', 'requirements.to_date', 'plans.cp_plan_start_date') }}
    qualify row_number() over (
        partition by plans.vintage_id, plans.cp_plan_id order by requirements.from_date desc nulls last
    ) = 1

),

grid as (

    select
        *,
        -- a visit due on the day the plan ends, or after the as-at date, is not expected
        greatest({{ days_between(
            'cp_plan_start_date', 'least(as_at_date, coalesce(cp_plan_end_date - 1, as_at_date))'
        ) }}, 0) // interval_days as last_step
    from intervals

),

steps as (

    select *, {{ each_step('last_step') }} as step
    from grid

),

-- what fell due before the first of the twelve months that end with the first month expected is not asked for
windows as (

    select vintage_id, min(twelve_months_start) as first_day
    from {{ ref('int_periods__expected') }}
    group by vintage_id

),

duties as (

    select
        steps.vintage_id, steps.content_id, steps.row_number, steps.cp_plan_id, steps.la_child_id, steps.step,
        steps.cp_plan_start_date + (steps.step * steps.interval_days)::int as due_date
    from steps
    inner join windows on steps.vintage_id = windows.vintage_id
    where steps.cp_plan_start_date + (steps.step * steps.interval_days)::int >= windows.first_day

),

-- the step that each visit serves: it falls after the due date before and no later than its own
visited_steps as (

    select distinct
        intervals.vintage_id, intervals.cp_plan_id,
        ({{ days_between('intervals.cp_plan_start_date', 'visits.visit_date') }} - 1)
        // intervals.interval_days + 1 as step
    from intervals
    inner join {{ ref('stg_returns__cp_visits') }} as visits
        on
            intervals.vintage_id = visits.vintage_id
            and intervals.la_child_id = visits.la_child_id
            and intervals.cp_plan_start_date < visits.visit_date
    where visits.is_seen

)

select
    duties.vintage_id, duties.content_id, duties.row_number, duties.la_child_id, duties.due_date,
    visited_steps.step is not null as is_visited
from duties
left join visited_steps
    on
        duties.vintage_id = visited_steps.vintage_id
        and duties.cp_plan_id = visited_steps.cp_plan_id
        and duties.step = visited_steps.step
