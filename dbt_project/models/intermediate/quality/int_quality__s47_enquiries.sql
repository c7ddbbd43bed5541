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

    select la_code, s47_enquiry_id, min(icpc_date) as icpc_date
    from ({{ judged('initial_cp_conferences') }})
    where s47_enquiry_id is not null
    group by la_code, s47_enquiry_id

),

assessed as (

    select distinct la_code, referral_id from ({{ judged('cin_assessments') }})

)

select
    enquiries.la_code,
    enquiries.content_id,
    enquiries.row_number,
    persons.la_child_id is null as enquiry_child_unknown,
    enquiries.s47_start_date < referrals.referral_date as enquiry_before_referral,
    enquiries.s47_start_date > conferences.icpc_date as enquiry_after_conference,
    case
        when enquiries.referral_id is not null
            then {{ begins_inside_another(
                'enquiries.s47_start_date', 'enquiries.s47_end_date', 'earlier'
            ) }}
    end as enquiries_overlap,
    greatest(enquiries.s47_start_date, enquiries.s47_end_date) > referrals.close_date
        as enquiry_after_closure,
    case
        when
            referrals.close_date is not null
            and enquiries.s47_start_date >= coalesce(conferences_from.history_from, date '1900-01-01')
            then (conferences.icpc_date is not null) = coalesce(enquiries.is_no_further_action, false)
    end as enquiry_without_outcome,
    -- an assessment older than those sent is not missed
    case
        when referrals.referral_date >= coalesce(assessments_from.history_from, date '1900-01-01')
            then assessed.referral_id is null
    end as enquiry_without_assessment
from enquiries
left join referrals
    on enquiries.la_code = referrals.la_code and enquiries.referral_id = referrals.referral_id
left join persons
    on enquiries.la_code = persons.la_code and enquiries.la_child_id = persons.la_child_id
left join conferences
    on enquiries.la_code = conferences.la_code and enquiries.s47_enquiry_id = conferences.s47_enquiry_id
left join assessed
    on enquiries.la_code = assessed.la_code and enquiries.referral_id = assessed.referral_id
left join {{ ref('int_quality__coverage') }} as conferences_from
    on enquiries.la_code = conferences_from.la_code and conferences_from.return_name = 'initial_cp_conferences'
left join {{ ref('int_quality__coverage') }} as assessments_from
    on enquiries.la_code = assessments_from.la_code and assessments_from.return_name = 'cin_assessments'
window earlier as (
    partition by enquiries.la_code, enquiries.la_child_id, enquiries.referral_id
    order by enquiries.s47_start_date, enquiries.s47_enquiry_id
    rows between unbounded preceding and 1 preceding
)
