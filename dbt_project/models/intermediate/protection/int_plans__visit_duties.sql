-- Each visit that a plan called for by the as-at date, and when the child was last seen by its due date.
with intervals as (

    select
        plans.view_id,
        plans.la_child_id,
        plans.cp_plan_start_date,
        plans.cp_plan_end_date,
        plans.as_at_date,
        coalesce(requirements.interval_days, 14)::int as interval_days
    from {{ ref('int_plans__base') }} as plans
    left join {{ ref('stg_returns__visit_requirements') }} as requirements
        on
            plans.view_id = requirements.view_id
            and plans.la_child_id = requirements.la_child_id
            and requirements.kind_code = 'CP'
            and {{ is_live('requirements.from_date', 'requirements.to_date', 'plans.cp_plan_start_date') }}
    qualify row_number() over (
        partition by plans.view_id, plans.cp_plan_id order by requirements.from_date desc nulls last
    ) = 1

),

grid as (

    select
        *,
        -- a visit due on the day the plan ends, or after the as-at date, is not owed
        greatest(
            least(as_at_date, coalesce(cp_plan_end_date - 1, as_at_date)) - cp_plan_start_date, 0
        ) // interval_days as last_step
    from intervals

),

steps as (

    select *, {{ each_step('last_step') }} as step
    from grid

),

-- what fell due before the first of the twelve months that end with the first month owed is not asked for
windows as (

    select view_id, min(twelve_months_start) as first_day
    from {{ ref('int_periods_owed') }}
    group by view_id

),

duties as (

    select
        steps.view_id, steps.la_child_id,
        steps.cp_plan_start_date + (steps.step * steps.interval_days)::int as due_date,
        steps.cp_plan_start_date + ((steps.step - 1) * steps.interval_days)::int as previous_due_date
    from steps
    inner join windows on steps.view_id = windows.view_id
    where steps.cp_plan_start_date + (steps.step * steps.interval_days)::int >= windows.first_day

),

visits as (

    select distinct view_id, la_child_id, visit_date as last_seen_date
    from {{ ref('stg_returns__cp_visits') }}
    where is_seen

)

{{ with_latest('duties', 'visits', ['view_id', 'la_child_id'], 'due_date', 'last_seen_date', ['last_seen_date']) }}
