-- Each child on a plan or in care at a month end expected who was on one or in care twelve months before it, too.
with known as (

    select
        vintage_id, content_id, row_number, la_child_id, month_number, period_end,
        {{ plus_months('period_end', -12) }} as year_before, 1 as choice
    from {{ ref('int_plans__children') }}
    union all
    select
        vintage_id, content_id, row_number, la_child_id, month_number, period_end,
        {{ plus_months('period_end', -12) }} as year_before, 2 as choice
    from {{ ref('int_care__children') }}

),

a_year_before as (

    select known.vintage_id, known.la_child_id, known.month_number
    from known
    inner join {{ ref('int_plans__base') }} as plans
        on
            known.vintage_id = plans.vintage_id
            and known.la_child_id = plans.la_child_id
            and {{ is_live('plans.cp_plan_start_date', 'plans.cp_plan_end_date', 'known.year_before') }}
    union
    select known.vintage_id, known.la_child_id, known.month_number
    from known
    inner join {{ ref('stg_returns__cla_episodes') }} as episodes
        on
            known.vintage_id = episodes.vintage_id
            and known.la_child_id = episodes.la_child_id
            and {{ is_live('episodes.episode_start_date', 'episodes.ceased_date', 'known.year_before') }}
    {{ not_on_short_break('known', 'known.year_before') }}

)

select
    known.vintage_id, known.content_id, known.row_number, known.la_child_id, known.month_number, known.period_end,
    known.year_before
from known
inner join a_year_before
    on
        known.vintage_id = a_year_before.vintage_id
        and known.la_child_id = a_year_before.la_child_id
        and known.month_number = a_year_before.month_number
-- a child on a plan and in care is one child: the plan's row speaks
qualify row_number() over (
    partition by known.vintage_id, known.la_child_id, known.month_number order by known.choice
) = 1
