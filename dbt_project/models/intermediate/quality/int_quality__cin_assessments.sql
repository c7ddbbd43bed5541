-- Each assessment, and whether it breaks each rule; null where the rule has nothing to judge.
with assessments as (

    {{ judged('cin_assessments') }}

),

referrals as (

    {{ judged('cin_episodes') }}

),

persons as (

    {{ judged('persons') }}

)

select
    assessments.la_code,
    assessments.content_id,
    assessments.row_number,
    persons.la_child_id is null as assessment_child_unknown,
    assessments.assessment_start_date < referrals.referral_date as assessment_before_referral,
    case
        when assessments.referral_id is not null
            then {{ begins_inside_another(
                'assessments.assessment_start_date', 'assessments.authorised_date', 'earlier'
            ) }}
    end as assessments_overlap,
    greatest(assessments.assessment_start_date, assessments.authorised_date)
    > referrals.close_date as assessment_after_closure,
    case when referrals.close_date is not null then assessments.authorised_date is null end
        as assessment_unfinished_at_closure
from assessments
left join referrals
    on assessments.la_code = referrals.la_code and assessments.referral_id = referrals.referral_id
left join persons
    on assessments.la_code = persons.la_code and assessments.la_child_id = persons.la_child_id
window earlier as (
    partition by assessments.la_code, assessments.la_child_id, assessments.referral_id
    order by assessments.assessment_start_date, assessments.assessment_id
    rows between unbounded preceding and 1 preceding
)
