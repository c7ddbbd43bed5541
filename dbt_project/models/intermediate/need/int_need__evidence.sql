-- Which children count towards each indicator of children in need.
with children as (

    select * from {{ ref('int_need__children') }}

),

-- cin_open, cin_rate_10k  Children in need: those on plans, in care and unborn included
in_need as (

    select
        indicators.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        1 as numerator, null as denominator
    from children, (values ('cin_open'), ('cin_rate_10k')) as indicators (indicator_id)

),

on_a_need_plan as (

    select * from {{ ref('int_need__on_plan') }}

),

-- cin_plans_open  Children on a child in need plan
need_plans as (

    select
        'cin_plans_open' as indicator_id, vintage_id, content_id, row_number, la_child_id, period_end as counted_on,
        1 as numerator, null as denominator
    from on_a_need_plan

),

-- cin_plan_uptodate_pct  Children in need with an up-to-date plan document: those past 45 working days owe one
need_plan_up_to_date as (

    select
        'cin_plan_uptodate_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on, (documents.la_child_id is not null)::int as numerator, 1 as denominator
    from children
    inner join {{ ref('dim_calendar') }} as referral_days
        on {{ numbered_day('children.in_need_since') }} = referral_days.calendar_date
    left join {{ ref('int_documents__current') }} as documents
        on
            children.vintage_id = documents.vintage_id
            and children.la_child_id = documents.la_child_id
            and children.month_number = documents.month_number
            and documents.kind_code = 'CIN'
    anti join {{ ref('int_plans__children') }} as on_plan
        on
            children.vintage_id = on_plan.vintage_id
            and children.la_child_id = on_plan.la_child_id
            and children.month_number = on_plan.month_number
    anti join {{ ref('int_care__children') }} as in_care
        on
            children.vintage_id = in_care.vintage_id
            and children.la_child_id = in_care.la_child_id
            and children.month_number = in_care.month_number
    where children.period_end_number - referral_days.working_day_number > 45

),

-- cin_plan_2y_open_pct  Child in need plans open for 2 years or more
two_years_open as (

    select
        'cin_plan_2y_open_pct' as indicator_id, plans.vintage_id, plans.content_id, plans.row_number,
        plans.la_child_id, children.period_end as counted_on,
        ({{ days_between('plans.cin_plan_start_date', 'children.period_end') }} >= 730)::int as numerator,
        1 as denominator
    from on_a_need_plan as children
    inner join {{ ref('stg_returns__cin_plans') }} as plans
        on
            children.vintage_id = plans.vintage_id
            and children.la_child_id = plans.la_child_id
            and {{ is_live('plans.cin_plan_start_date', 'plans.cin_plan_end_date', 'children.period_end') }}

),

visits as (

    select distinct vintage_id, la_child_id, visit_date as last_seen_date
    from {{ ref('stg_returns__cin_visits') }}
    where is_seen

),

need_plans_with_visits as (

    {{ with_latest(
        'on_a_need_plan', 'visits', ['vintage_id', 'la_child_id'], 'period_end', 'last_seen_date', ['last_seen_date']
    ) }}

),

-- cin_visit_20wd_pct  Children on a child in need plan seen in the last 20 working days
need_seen_lately as (

    select
        'cin_visit_20wd_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on,
        coalesce(
            children.last_seen_date >= children.on_plan_since
            and children.period_end_number - seen_days.working_day_number <= 20,
            false
        )::int as numerator,
        1 as denominator
    from need_plans_with_visits as children
    inner join {{ ref('dim_calendar') }} as start_days
        on {{ numbered_day('children.on_plan_since') }} = start_days.calendar_date
    left join {{ ref('dim_calendar') }} as seen_days
        on {{ numbered_day('children.last_seen_date') }} = seen_days.calendar_date
    where children.period_end_number - start_days.working_day_number >= 20

),

-- cases_unallocated  Open cases with no worker of any role, once past the first working day
unallocated as (

    select
        'cases_unallocated' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on, 1 as numerator, null as denominator
    from children
    inner join {{ ref('dim_calendar') }} as referral_days
        on {{ numbered_day('children.in_need_since') }} = referral_days.calendar_date
    anti join {{ ref('stg_returns__involvements') }} as involvements
        on
            children.vintage_id = involvements.vintage_id
            and children.la_child_id = involvements.la_child_id
            and {{ is_live(
                'involvements.involvement_start_date', 'involvements.involvement_end_date', 'children.period_end'
            ) }}
    where children.period_end_number - referral_days.working_day_number > 1

)

select * from in_need
union all by name
select * from two_years_open
union all by name
select * from need_plans
union all by name
select * from need_plan_up_to_date
union all by name
select * from need_seen_lately
union all by name
select * from unallocated
