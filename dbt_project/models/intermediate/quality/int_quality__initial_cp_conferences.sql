-- Each initial conference, and whether it breaks each rule; null where the rule has nothing to judge.
with conferences as (

    {{ judged('initial_cp_conferences') }}

),

referrals as (

    {{ judged('cin_episodes') }}

),

persons as (

    {{ judged('persons') }}

)

select
    conferences.la_code,
    conferences.content_id,
    conferences.row_number,
    persons.la_child_id is null as conference_child_unknown,
    conferences.icpc_date < referrals.referral_date as conference_before_referral,
    not held_days.is_working_day as conference_not_on_working_day,
    not target_days.is_working_day as conference_target_not_working_day,
    count(*) over (
        partition by conferences.la_code, conferences.la_child_id, conferences.icpc_date
    ) > 1 as conference_repeated,
    conferences.icpc_date > referrals.close_date as conference_after_closure
from conferences
left join referrals
    on conferences.la_code = referrals.la_code and conferences.referral_id = referrals.referral_id
left join persons
    on conferences.la_code = persons.la_code and conferences.la_child_id = persons.la_child_id
left join {{ ref('dim_calendar') }} as held_days on conferences.icpc_date = held_days.calendar_date
left join {{ ref('dim_calendar') }} as target_days on conferences.target_date = target_days.calendar_date
