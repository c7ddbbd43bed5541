-- Who counts towards each front door indicator.
with contacts as (

    select * from {{ ref('stg_returns__contacts') }}

),

referrals as (

    select
        *,
        -- the day's own referrals are not re-referrals of each other
        max(referral_date) over (
            partition by vintage_id, la_child_id
            order by referral_date
            range between interval 365 days preceding and interval 1 day preceding
        ) is not null as is_re_referral
    from {{ ref('stg_returns__cin_episodes') }}

),

-- contacts_received  Contacts received
contacts_received as (

    select
        'contacts_received' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, contact_date as counted_on,
        1 as numerator, null as denominator
    from contacts

),

-- where the contact does not say, a referral of the child within ten days says it
referred_within_ten_days as (

    select distinct contacts.vintage_id, contacts.contact_id
    from contacts
    inner join referrals
        on
            contacts.vintage_id = referrals.vintage_id
            and contacts.la_child_id = referrals.la_child_id
            and referrals.referral_date between contacts.contact_date and contacts.contact_date + 10
    where coalesce(contacts.new_referral_flag, '') = ''

),

-- contacts_to_referral_pct  Contacts leading to a referral: as flagged, or a referral within ten days
contacts_to_referral as (

    select
        'contacts_to_referral_pct' as indicator_id, contacts.vintage_id, contacts.content_id, contacts.row_number,
        contacts.la_child_id,
        contacts.contact_date as counted_on,
        coalesce(
            contacts.new_referral_flag = 'Y' or referred_within_ten_days.contact_id is not null, false
        )::int as numerator,
        1 as denominator
    from contacts
    left join referred_within_ten_days
        on
            contacts.vintage_id = referred_within_ten_days.vintage_id
            and contacts.contact_id = referred_within_ten_days.contact_id

),

-- referrals_received, referrals_rate_10k  Referrals received, no further action included
referrals_received as (

    select
        indicators.indicator_id, referrals.vintage_id, referrals.content_id, referrals.row_number,
        referrals.la_child_id, referrals.referral_date as counted_on,
        1 as numerator, null as denominator
    from referrals, (values ('referrals_received'), ('referrals_rate_10k')) as indicators (indicator_id)

),

-- re_referrals_12m_pct  Referrals within 12 months of an earlier referral
re_referrals as (

    select
        're_referrals_12m_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, referral_date as counted_on,
        is_re_referral::int as numerator, 1 as denominator
    from referrals

),

-- referrals_nfa_pct  Referrals closed with no further action
referrals_nfa as (

    select
        'referrals_nfa_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, referral_date as counted_on,
        is_no_further_action::int as numerator, 1 as denominator
    from referrals

),

-- referrals_to_assessment_pct  Referrals going on to assessment, of any type, begun by the as-at date
referrals_to_assessment as (

    select
        'referrals_to_assessment_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, referral_date as counted_on,
        exists(
            select 1 from {{ ref('stg_returns__cin_assessments') }} as assessments
            where
                referrals.vintage_id = assessments.vintage_id
                and referrals.referral_id = assessments.referral_id
                and referrals.as_at_date >= assessments.assessment_start_date
        )::int as numerator,
        1 as denominator
    from referrals

),

-- contact_decision_1wd_pct  Contacts with a decision within 1 working day; undecided ones still in time are left out
contact_decisions as (

    select
        'contact_decision_1wd_pct' as indicator_id, contacts.vintage_id, contacts.content_id, contacts.row_number,
        contacts.la_child_id,
        contacts.contact_date as counted_on,
        {{ decided_in_time('contacts.contact_date', 'contacts.as_at_date') }} as numerator,
        1 as denominator
    from contacts
    left join {{ ref('stg_returns__contact_decisions') }} as decisions
        on contacts.vintage_id = decisions.vintage_id and contacts.contact_id = decisions.contact_id
    {{ join_decision_days('contacts.contact_date', 'contacts.as_at_date') }}
    where {{ is_decision_due('contacts.as_at_date') }}

),

-- contact_screened_same_day_pct  Contacts screened by a qualified worker on the same working day
contact_screening as (

    select
        'contact_screened_same_day_pct' as indicator_id, contacts.vintage_id, contacts.content_id, contacts.row_number,
        contacts.la_child_id,
        contacts.contact_date as counted_on,
        coalesce(
            decisions.is_screened_by_qualified
            and decisions.screened_date between contacts.contact_date and contact_days.next_working_day,
            false
        )::int as numerator,
        1 as denominator
    from contacts
    left join {{ ref('stg_returns__contact_decisions') }} as decisions
        on contacts.vintage_id = decisions.vintage_id and contacts.contact_id = decisions.contact_id
    left join {{ ref('dim_calendar') }} as contact_days
        on {{ numbered_day('contacts.contact_date') }} = contact_days.calendar_date

),

-- referral_decision_1wd_pct  Referrals with a decision within 1 working day; as for contacts
referral_decisions as (

    select
        'referral_decision_1wd_pct' as indicator_id, referrals.vintage_id, referrals.content_id, referrals.row_number,
        referrals.la_child_id,
        referrals.referral_date as counted_on,
        {{ decided_in_time('referrals.referral_date', 'referrals.as_at_date') }} as numerator,
        1 as denominator
    from referrals
    left join {{ ref('stg_returns__referral_decisions') }} as decisions
        on referrals.vintage_id = decisions.vintage_id and referrals.referral_id = decisions.referral_id
    {{ join_decision_days('referrals.referral_date', 'referrals.as_at_date') }}
    where {{ is_decision_due('referrals.as_at_date') }}

)

select * from contacts_received
union all by name
select * from contacts_to_referral
union all by name
select * from referrals_received
union all by name
select * from re_referrals
union all by name
select * from referrals_nfa
union all by name
select * from referrals_to_assessment
union all by name
select * from contact_decisions
union all by name
select * from contact_screening
union all by name
select * from referral_decisions
