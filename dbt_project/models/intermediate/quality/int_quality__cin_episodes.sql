-- Each referral and the episode it opens, and whether it breaks each rule; null where the rule has nothing to judge.
with referrals as (

    -- a referral that went no further opens no episode: it stands apart
    select
        *,
        lead(referral_id) over in_order as next_referral_id,
        {{ begins_inside_another(
            'referral_date', 'close_date', '(in_order rows between unbounded preceding and 1 preceding)'
        ) }} as is_inside_another
    from ({{ judged('cin_episodes') }})
    window in_order as (
        partition by la_code, la_child_id, is_no_further_action order by referral_date, referral_id
    )

),

persons as (

    {{ judged('persons') }}

),

-- what hangs on each referral, of every kind
activity as (

    select
        la_code,
        referral_id,
        bool_or(kind = 'assessment') as has_assessment,
        bool_or(kind <> 'assessment') as has_more
    from (
        select la_code, referral_id, 'assessment' as kind from ({{ judged('cin_assessments') }})
        union all
        select la_code, referral_id, 'enquiry' as kind from ({{ judged('s47_enquiries') }})
        union all
        select la_code, referral_id, 'conference' as kind
        from ({{ judged('initial_cp_conferences') }})
        union all
        select la_code, referral_id, 'cp_plan' as kind from ({{ judged('cp_plans') }})
        union all
        select la_code, referral_id, 'cin_plan' as kind from ({{ judged('cin_plans') }})
    ) as hanging
    where referral_id is not null
    group by la_code, referral_id

)

select
    referrals.la_code,
    referrals.content_id,
    referrals.row_number,
    persons.la_child_id is null as referral_child_unknown,
    referrals.referral_date > referrals.as_at_date as referral_after_period_end,
    referrals.referral_date < coalesce(persons.birth_date, persons.expected_birth_date) - 280
        as referral_long_before_birth,
    referrals.referral_date > persons.death_date as referral_after_death,
    referrals.referral_source_code is null as referral_source_missing,
    referrals.is_no_further_action_empty as referral_nfa_missing,
    case when not referrals.is_no_further_action then referrals.primary_need_code is null end
        as primary_need_missing,
    (referrals.close_date is null) <> (referrals.close_reason_code is null) as closure_incomplete,
    case
        when not referrals.is_no_further_action
            then referrals.close_date is null and referrals.next_referral_id is not null
    end as open_episodes_several,
    case when not referrals.is_no_further_action then referrals.is_inside_another end as episodes_overlap,
    case
        when referrals.is_no_further_action
            then coalesce(activity.has_assessment or activity.has_more, false)
    end as nfa_with_activity,
    case
        -- an assessment older than those sent is not missed
        when
            referrals.close_reason_code in ('RC8', 'RC9')
            and referrals.referral_date >= coalesce(assessments_from.history_from, date '1900-01-01')
            then not coalesce(activity.has_assessment, false) or coalesce(activity.has_more, false)
    end as closure_reason_contradicted,
    case
        when not referrals.is_no_further_action and referrals.close_date is null
            then {{ age('persons.birth_date', 'referrals.as_at_date') }} > 25
    end as open_over_25,
    coalesce(referrals.referral_date < source_codes.since, false)
    or coalesce(referrals.close_date < closure_codes.since, false) as referral_code_out_of_date
from referrals
left join {{ ref('code_lists') }} as source_codes
    on referrals.referral_source_code = source_codes.code and source_codes.list = 'referral_source'
left join {{ ref('code_lists') }} as closure_codes
    on referrals.close_reason_code = closure_codes.code and closure_codes.list = 'closure_reason'
left join persons
    on referrals.la_code = persons.la_code and referrals.la_child_id = persons.la_child_id
left join activity
    on referrals.la_code = activity.la_code and referrals.referral_id = activity.referral_id
left join {{ ref('int_quality__coverage') }} as assessments_from
    on referrals.la_code = assessments_from.la_code and assessments_from.return_name = 'cin_assessments'
