-- Each section 47 enquiry, and whether it breaks each rule; null where the rule has nothing to judge.
with enquiries as (

    {{ judged('s47_enquiries') }}

),

referrals as (

    {{ judged('cin_episodes') }}

),

persons as (

    {{ judged('persons') }}

),

conferences as (

    select la_code, icpc_s47_enquiry_id, min(icpc_icpc_date) as icpc_date
    from ({{ judged('initial_cp_conferences') }})
    where icpc_s47_enquiry_id is not null
    group by la_code, icpc_s47_enquiry_id

),

assessed as (

    select distinct la_code, cina_referral_id from ({{ judged('cin_assessments') }})

)

select
    enquiries.la_code,
    enquiries.content_id,
    enquiries.row_number,
    persons.pers_person_id is null as enquiry_child_unknown,
    enquiries.s47e_s47_start_date < referrals.cine_referral_date as enquiry_before_referral,
    enquiries.s47e_s47_start_date > conferences.icpc_date as enquiry_after_conference,
    case
        when enquiries.s47e_referral_id is not null
            then {{ begins_inside_another(
                'enquiries.s47e_s47_start_date', 'enquiries.s47e_s47_end_date', 'earlier'
            ) }}
    end as enquiries_overlap,
    greatest(enquiries.s47e_s47_start_date, enquiries.s47e_s47_end_date) > referrals.cine_close_date
        as enquiry_after_closure,
    case
        when
            referrals.cine_close_date is not null
            and enquiries.s47e_s47_start_date >= coalesce(conferences_from.history_from, date '1900-01-01')
            then (conferences.icpc_date is not null) = coalesce(enquiries.s47e_s47_nfa, false)
    end as enquiry_without_outcome,
    -- an assessment older than those sent is not missed
    case
        when referrals.cine_referral_date >= coalesce(assessments_from.history_from, date '1900-01-01')
            then assessed.cina_referral_id is null
    end as enquiry_without_assessment
from enquiries
left join referrals
    on enquiries.la_code = referrals.la_code and enquiries.s47e_referral_id = referrals.cine_referral_id
left join persons
    on enquiries.la_code = persons.la_code and enquiries.s47e_person_id = persons.pers_person_id
left join conferences
    on enquiries.la_code = conferences.la_code and enquiries.s47e_s47_enquiry_id = conferences.icpc_s47_enquiry_id
left join assessed
    on enquiries.la_code = assessed.la_code and enquiries.s47e_referral_id = assessed.cina_referral_id
left join {{ ref('int_quality__coverage') }} as conferences_from
    on enquiries.la_code = conferences_from.la_code and conferences_from.return_name = 'initial_cp_conferences'
left join {{ ref('int_quality__coverage') }} as assessments_from
    on enquiries.la_code = assessments_from.la_code and assessments_from.return_name = 'cin_assessments'
window earlier as (
    partition by enquiries.la_code, enquiries.s47e_person_id, enquiries.s47e_referral_id
    order by enquiries.s47e_s47_start_date, enquiries.s47e_s47_enquiry_id
    rows between unbounded preceding and 1 preceding
)
