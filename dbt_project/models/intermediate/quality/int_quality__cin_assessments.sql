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
    persons.pers_person_id is null as assessment_child_unknown,
    assessments.cina_assessment_start_date < referrals.cine_referral_date as assessment_before_referral,
    case
        when assessments.cina_referral_id is not null
            then {{ begins_inside_another(
                'assessments.cina_assessment_start_date', 'assessments.cina_assessment_auth_date', 'earlier'
            ) }}
    end as assessments_overlap,
    greatest(assessments.cina_assessment_start_date, assessments.cina_assessment_auth_date)
    > referrals.cine_close_date as assessment_after_closure,
    case when referrals.cine_close_date is not null then assessments.cina_assessment_auth_date is null end
        as assessment_unfinished_at_closure
from assessments
left join referrals
    on assessments.la_code = referrals.la_code and assessments.cina_referral_id = referrals.cine_referral_id
left join persons
    on assessments.la_code = persons.la_code and assessments.cina_person_id = persons.pers_person_id
window earlier as (
    partition by assessments.la_code, assessments.cina_person_id, assessments.cina_referral_id
    order by assessments.cina_assessment_start_date, assessments.cina_assessment_id
    rows between unbounded preceding and 1 preceding
)
