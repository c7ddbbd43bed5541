-- Each child protection plan, and whether it breaks each rule; null where the rule has nothing to judge. Plans of other
-- authorities held for a while are not the authority's to mend, and run beside its own.
with plans as (

    select *
    from ({{ judged('cp_plans') }})
    where not is_other_authority

),

referrals as (

    {{ judged('cin_episodes') }}

),

persons as (

    {{ judged('persons') }}

),

conferences as (

    select distinct la_code, la_child_id, icpc_date from ({{ judged('initial_cp_conferences') }})

),

first_conferences as (

    select la_code, min(icpc_date) as first_date
    from conferences
    group by la_code

)

select
    plans.la_code,
    plans.content_id,
    plans.row_number,
    persons.la_child_id is null as cp_plan_child_unknown,
    plans.cp_plan_start_date < referrals.referral_date as cp_plan_before_referral,
    -- a plan older than the conferences sent is not judged by them
    case
        when plans.cp_plan_start_date >= first_conferences.first_date then conferences.icpc_date is null
    end as cp_plan_not_from_conference,
    plans.cp_plan_end_date = plans.cp_plan_start_date as cp_plan_ends_same_day,
    case
        when plans.cp_plan_end_date is null then row_number() over (
            partition by plans.la_code, plans.la_child_id, plans.cp_plan_end_date is null
            order by plans.cp_plan_start_date desc, plans.cp_plan_id desc
        ) > 1
    end as open_cp_plans_several,
    {{ begins_inside_another('plans.cp_plan_start_date', 'plans.cp_plan_end_date', 'earlier') }}
        as cp_plans_overlap,
    plans.initial_category_code is null or plans.latest_category_code is null
        as cp_plan_category_missing,
    plans.number_of_previous_plans is null as previous_plans_missing,
    plans.number_of_previous_plans < count(*) over earlier as previous_plans_too_few,
    greatest(plans.cp_plan_start_date, plans.cp_plan_end_date) > persons.death_date
        as cp_plan_after_death,
    greatest(plans.cp_plan_start_date, plans.cp_plan_end_date) > referrals.close_date
        as cp_plan_after_closure
from plans
left join referrals
    on plans.la_code = referrals.la_code and plans.referral_id = referrals.referral_id
left join persons
    on plans.la_code = persons.la_code and plans.la_child_id = persons.la_child_id
left join conferences
    on
        plans.la_code = conferences.la_code
        and plans.la_child_id = conferences.la_child_id
        and plans.cp_plan_start_date = conferences.icpc_date
left join first_conferences on plans.la_code = first_conferences.la_code
window earlier as (
    partition by plans.la_code, plans.la_child_id
    order by plans.cp_plan_start_date, plans.cp_plan_id
    rows between unbounded preceding and 1 preceding
)
