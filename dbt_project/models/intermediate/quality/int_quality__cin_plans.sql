-- Each child in need plan, and whether it breaks each rule; null where the rule has nothing to judge.
with plans as (

    {{ judged('cin_plans') }}

),

referrals as (

    {{ judged('cin_episodes') }}

),

persons as (

    {{ judged('persons') }}

),

cp_plans as (

    {{ judged('cp_plans') }}

),

beside_cp_plans as (

    select distinct plans.la_code, plans.cin_plan_id
    from plans
    inner join cp_plans
        on
            plans.la_code = cp_plans.la_code
            and plans.la_child_id = cp_plans.la_child_id
            and plans.cin_plan_start_date < coalesce(cp_plans.cp_plan_end_date, date '9999-12-31')
            and cp_plans.cp_plan_start_date < coalesce(plans.cin_plan_end_date, date '9999-12-31')

)

select
    plans.la_code,
    plans.content_id,
    plans.row_number,
    persons.la_child_id is null as cin_plan_child_unknown,
    plans.cin_plan_start_date < referrals.referral_date as cin_plan_before_referral,
    plans.cin_plan_end_date = plans.cin_plan_start_date as cin_plan_ends_same_day,
    {{ begins_inside_another('plans.cin_plan_start_date', 'plans.cin_plan_end_date', 'earlier') }}
        as cin_plans_overlap,
    greatest(plans.cin_plan_start_date, plans.cin_plan_end_date) > referrals.close_date
        as cin_plan_after_closure,
    beside_cp_plans.cin_plan_id is not null as cin_plan_beside_cp_plan
from plans
left join referrals
    on plans.la_code = referrals.la_code and plans.referral_id = referrals.referral_id
left join persons
    on plans.la_code = persons.la_code and plans.la_child_id = persons.la_child_id
left join beside_cp_plans
    on plans.la_code = beside_cp_plans.la_code and plans.cin_plan_id = beside_cp_plans.cin_plan_id
window earlier as (
    partition by plans.la_code, plans.la_child_id
    order by plans.cin_plan_start_date, plans.cin_plan_id
    rows between unbounded preceding and 1 preceding
)
