-- Each decision on a referral, and whether it breaks each rule; null where the rule has nothing to judge.
with decisions as (

    {{ judged('referral_decisions') }}

),

referrals as (

    {{ judged('cin_episodes') }}

)

select
    decisions.la_code,
    decisions.content_id,
    decisions.row_number,
    decisions.decision_date < referrals.referral_date as referral_decided_before_received
from decisions
left join referrals
    on decisions.la_code = referrals.la_code and decisions.referral_id = referrals.referral_id
