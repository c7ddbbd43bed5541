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

    select distinct plans.la_code, plans.cinp_cin_plan_id
    from plans
    inner join cp_plans
        on
            plans.la_code = cp_plans.la_code
            and plans.cinp_person_id = cp_plans.cppl_person_id
            and plans.cinp_cin_plan_start_date < coalesce(cp_plans.cppl_cp_plan_end_date, date '9999-12-31')
            and cp_plans.cppl_cp_plan_start_date < coalesce(plans.cinp_cin_plan_end_date, date '9999-12-31')

)

select
    plans.la_code,
    plans.content_id,
    plans.row_number,
    persons.pers_person_id is null as cin_plan_child_unknown,
    plans.cinp_cin_plan_start_date < referrals.cine_referral_date as cin_plan_before_referral,
    plans.cinp_cin_plan_end_date = plans.cinp_cin_plan_start_date as cin_plan_ends_same_day,
    {{ begins_inside_another('plans.cinp_cin_plan_start_date', 'plans.cinp_cin_plan_end_date', 'earlier') }}
        as cin_plans_overlap,
    greatest(plans.cinp_cin_plan_start_date, plans.cinp_cin_plan_end_date) > referrals.cine_close_date
        as cin_plan_after_closure,
    beside_cp_plans.cinp_cin_plan_id is not null as cin_plan_beside_cp_plan
from plans
left join referrals
    on plans.la_code = referrals.la_code and plans.cinp_referral_id = referrals.cine_referral_id
left join persons
    on plans.la_code = persons.la_code and plans.cinp_person_id = persons.pers_person_id
left join beside_cp_plans
    on plans.la_code = beside_cp_plans.la_code and plans.cinp_cin_plan_id = beside_cp_plans.cinp_cin_plan_id
window earlier as (
    partition by plans.la_code, plans.cinp_person_id
    order by plans.cinp_cin_plan_start_date, plans.cinp_cin_plan_id
    rows between unbounded preceding and 1 preceding
)
