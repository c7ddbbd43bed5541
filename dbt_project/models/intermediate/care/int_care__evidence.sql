-- Who counts towards each indicator of children looked after.
with children as (

    select * from {{ ref('int_care__children') }}

),

episodes as (

    select
        episodes.*,
        start_days.working_day_number as start_number,
        as_at_days.working_day_number as as_at_number
    from {{ ref('int_care__episodes') }} as episodes
    left join {{ ref('dim_calendar') }} as start_days
        on {{ numbered_day('episodes.episode_start_date') }} = start_days.calendar_date
    left join {{ ref('dim_calendar') }} as as_at_days on episodes.as_at_date = as_at_days.calendar_date
    where not episodes.is_short_break

),

-- cla_open, cla_rate_10k  Children looked after
looked_after as (

    select
        indicators.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        1 as numerator, null as denominator
    from children, (values ('cla_open'), ('cla_rate_10k')) as indicators (indicator_id)

),

started as (

    select * from episodes
    where start_reason_code = 'S'

),

ceased as (

    select * from episodes
    where ceased_date is not null and is_end_of_care

),

-- cla_started, cla_started_rate_10k  Starts to be looked after
-- cla_ceased, cla_ceased_rate_10k  Ceasing to be looked after
started_and_ceased as (

    select
        indicators.indicator_id, started.vintage_id, started.content_id, started.row_number,
        started.la_child_id, started.episode_start_date as counted_on, 1 as numerator
    from started, (values ('cla_started'), ('cla_started_rate_10k')) as indicators (indicator_id)
    union all
    select
        indicators.indicator_id, ceased.vintage_id, ceased.content_id, ceased.row_number,
        ceased.la_child_id, ceased.ceased_date as counted_on, 1 as numerator
    from ceased, (values ('cla_ceased'), ('cla_ceased_rate_10k')) as indicators (indicator_id)

),

-- cla_reentry_12m_pct  Starts to be looked after within 12 months of leaving care
re_entries as (

    select
        'cla_reentry_12m_pct' as indicator_id, started.vintage_id, started.content_id, started.row_number,
        started.la_child_id, started.episode_start_date as counted_on,
        exists(
            select 1 from {{ ref('int_care__closed_periods') }} as earlier
            where
                started.vintage_id = earlier.vintage_id
                and started.la_child_id = earlier.la_child_id
                and started.cla_id <> earlier.cla_id
                and {{ days_between('earlier.left_care_date', 'started.episode_start_date') }} between 0 and 365
        )::int as numerator,
        1 as denominator
    from started

),

-- cla_returned_home_pct  Leaving care to return home
-- cla_sgo_cao_pct  Leaving care through special guardianship or a child arrangements order
where_they_went as (

    select
        reasons.indicator_id, ceased.vintage_id, ceased.content_id, ceased.row_number,
        ceased.la_child_id, ceased.ceased_date as counted_on,
        coalesce(list_contains(string_split(reasons.codes, ' '), ceased.ceased_reason_code), false)::int as numerator,
        1 as denominator
    from ceased,
        (
            values ('cla_returned_home_pct', 'E4A E4B'), ('cla_sgo_cao_pct', 'E41 E45 E46 E47 E48')
        ) as reasons (indicator_id, codes)

),

-- care_proceedings_issued  Care proceedings issued
proceedings as (

    select
        'care_proceedings_issued' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, application_date as counted_on,
        1 as numerator
    from {{ ref('stg_returns__care_proceedings') }}

),

visits as (

    select distinct vintage_id, la_child_id, visit_date as last_seen_date
    from {{ ref('stg_returns__cla_visits') }}
    where is_seen

),

children_with_visits as (

    {{ with_latest(
        'children', 'visits', ['vintage_id', 'la_child_id'], 'period_end', 'last_seen_date', ['last_seen_date']
    ) }}

),

intervals as (

    select
        children.vintage_id, children.la_child_id, children.month_number,
        last(requirements.interval_days order by requirements.from_date) as interval_days
    from children
    inner join {{ ref('stg_returns__visit_requirements') }} as requirements
        on
            children.vintage_id = requirements.vintage_id
            and children.la_child_id = requirements.la_child_id
            and requirements.kind_code = 'CLA'
            and {{ is_live('requirements.from_date', 'requirements.to_date', 'children.period_end') }}
    group by all

),

-- cla_visit_intime_pct  Looked after children visited in time: six weeks unless another interval is on file
visited_in_time as (

    select
        'cla_visit_intime_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on,
        coalesce(
            children.last_seen_date >= children.care_start_date
            and {{ days_between('children.last_seen_date', 'children.period_end') }}
            <= coalesce(intervals.interval_days, 42),
            false
        )::int as numerator,
        1 as denominator
    from children_with_visits as children
    left join intervals
        on
            children.vintage_id = intervals.vintage_id
            and children.la_child_id = intervals.la_child_id
            and children.month_number = intervals.month_number
    where {{ days_between('children.care_start_date', 'children.period_end') }} > 7

),

-- cla_review_intime_pct  Looked after reviews held in time
reviewed_in_time as (

    select
        'cla_review_intime_pct' as indicator_id, reviews.vintage_id, reviews.content_id, reviews.row_number,
        (
            select min(entries.la_child_id) from {{ ref('int_care__entries') }} as entries
            where reviews.vintage_id = entries.vintage_id and reviews.cla_id = entries.cla_id
        ) as la_child_id,
        reviews.review_date as counted_on,
        (reviews.review_date <= reviews.due_date)::int as numerator, 1 as denominator
    from {{ ref('stg_returns__cla_reviews') }} as reviews
    where not reviews.is_cancelled and reviews.due_date is not null and reviews.review_date is not null

),

-- cla_care_plan_uptodate_pct  Looked after children with an up-to-date care plan
-- cla_pep_uptodate_pct  Up-to-date personal education plan
documents_up_to_date as (

    select
        duties.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        (documents.la_child_id is not null)::int as numerator, 1 as denominator
    from children
    inner join (
        values ('cla_care_plan_uptodate_pct', 'CLA', 10, -1, 999), ('cla_pep_uptodate_pct', 'PEP', 20, 5, 15)
    ) as duties (indicator_id, kind_code, working_days, youngest, oldest)
        on
            children.period_end_number - children.care_start_number >= duties.working_days
            and (duties.kind_code = 'CLA' or children.age_years between duties.youngest and duties.oldest)
    left join {{ ref('int_documents__current') }} as documents
        on
            children.vintage_id = documents.vintage_id
            and children.la_child_id = documents.la_child_id
            and children.month_number = documents.month_number
            and duties.kind_code = documents.kind_code

),

many_placements as (

    select children.vintage_id, children.la_child_id, children.month_number
    from children
    inner join {{ ref('stg_returns__cla_placements') }} as placements
        on
            children.vintage_id = placements.vintage_id
            and children.la_child_id = placements.la_child_id
            and children.period_end >= placements.placement_start_date
    where
        (
            placements.placement_end_date is null
            or (
                placements.placement_end_date > children.twelve_months_start
                and placements.placement_end_date > placements.placement_start_date
            )
        )
        and not {{ is_temporary_placement('placements.placement_type_code') }}
        and coalesce(placements.placement_type_code, '') not in ('A3', 'A5')
    group by all
    having count(*) >= 3

),

-- cla_3plus_placements_pct  Looked after children with 3 or more placements in 12 months
three_placements as (

    select
        'cla_3plus_placements_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on, (many_placements.la_child_id is not null)::int as numerator,
        1 as denominator
    from children
    left join many_placements
        on
            children.vintage_id = many_placements.vintage_id
            and children.la_child_id = many_placements.la_child_id
            and children.month_number = many_placements.month_number

),

-- cla_long_term_stable_pct  Long-term placement stability: 2.5 years in care, 2 of them in the placement
long_term_stable as (

    select
        'cla_long_term_stable_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on,
        coalesce(
            {{ plus_months('placements.placement_start_date', 24) }} <= children.period_end
            or (
                placements.placement_type_code in ('A3', 'A4', 'A5', 'A6')
                and exists (
                    select 1 from {{ ref('stg_returns__cla_placements') }} as earlier
                    where
                        children.vintage_id = earlier.vintage_id
                        and children.la_child_id = earlier.la_child_id
                        and placements.placement_start_date = earlier.placement_end_date
                        and not {{ is_temporary_placement('earlier.placement_type_code') }}
                        and {{ plus_months('earlier.placement_start_date', 24) }} <= children.period_end
                )
            ),
            false
        )::int as numerator,
        1 as denominator
    from children
    left join {{ ref('int_care__placements') }} as placements
        on
            children.vintage_id = placements.vintage_id
            and children.la_child_id = placements.la_child_id
            and children.month_number = placements.month_number
            and placements.is_current_lasting
    where children.age_years < 16 and {{ plus_months('children.care_start_date', 30) }} <= children.period_end

),

-- cla_kinship_pct  Looked after children fostered by a relative or friend
-- cla_childrens_home_pct  Looked after children in children's homes
-- cla_supported_accom_pct  Looked after children in supported accommodation
-- cla_with_parents_pct  Looked after children placed with parents
where_they_live as (

    select
        homes.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        (placements.placement_group = homes.placement_group)::int as numerator, 1 as denominator
    from children
    inner join {{ ref('int_care__placements') }} as placements
        on
            children.vintage_id = placements.vintage_id
            and children.la_child_id = placements.la_child_id
            and children.month_number = placements.month_number
            and placements.is_current
    cross join (
        values
        ('cla_kinship_pct', 'foster_kin'), ('cla_childrens_home_pct', 'childrens_home'),
        ('cla_supported_accom_pct', 'supported'), ('cla_with_parents_pct', 'parents')
    ) as homes (indicator_id, placement_group)

),

current_legal_statuses as (

    select
        children.vintage_id, children.content_id, children.row_number, children.la_child_id, children.period_end,
        last(statuses.legal_status_code order by statuses.legal_status_start_date, statuses.tie_order)
            as legal_status_code
    from children
    inner join {{ ref('stg_returns__legal_statuses') }} as statuses
        on
            children.vintage_id = statuses.vintage_id
            and children.la_child_id = statuses.la_child_id
            and {{ is_live(
                'statuses.legal_status_start_date', 'statuses.legal_status_end_date', 'children.period_end'
            ) }}
    group by all

),

-- cla_section_20_pct  Looked after children accommodated by agreement (section 20)
by_agreement as (

    select
        'cla_section_20_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id,
        period_end as counted_on, (legal_status_code = 'V2')::int as numerator, 1 as denominator
    from current_legal_statuses

),

-- cla_uasc_open, cla_uasc_population_pct  Unaccompanied asylum-seeking children looked after
unaccompanied as (

    select
        indicators.indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on, 1 as numerator, null as denominator
    from children, (values ('cla_uasc_open'), ('cla_uasc_population_pct')) as indicators (indicator_id)
    where exists (
        select 1 from {{ ref('stg_returns__immigration_statuses') }} as statuses
        where
            children.vintage_id = statuses.vintage_id
            and children.la_child_id = statuses.la_child_id
            and statuses.is_unaccompanied
            and {{ is_live('statuses.status_start_date', 'statuses.status_end_date', 'children.period_end') }}
    )

),

-- cla_ehcp_pct  Looked after children aged 4 to 17 with an education, health and care plan
with_ehc_plan as (

    select
        'cla_ehcp_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id, children.period_end as counted_on,
        exists(
            select 1 from {{ ref('stg_returns__ehcp_active_plans') }} as plans
            where
                children.vintage_id = plans.vintage_id
                and children.la_child_id = plans.la_child_id
                and {{ is_live('plans.ehc_plan_start_date', 'plans.ehc_plan_end_date', 'children.period_end') }}
        )::int as numerator,
        1 as denominator
    from children
    where children.age_years between 4 and 17

),

-- cla_placed_over_20_miles_pct  Placed over 20 miles from home and outside the area
placed_far as (

    select
        'cla_placed_over_20_miles_pct' as indicator_id, children.vintage_id, children.content_id, children.row_number,
        children.la_child_id,
        children.period_end as counted_on,
        coalesce(placements.distance_miles > 20 and placements.is_out_of_area, false)::int as numerator,
        1 as denominator
    from children
    left join {{ ref('int_care__placements') }} as placements
        on
            children.vintage_id = placements.vintage_id
            and children.la_child_id = placements.la_child_id
            and children.month_number = placements.month_number
            and placements.is_current

),

checks as (

    select * from {{ ref('stg_returns__cla_health') }}
    where check_status_code = 'COMPLETED'

),

checks_in_twelve_months as (

    select
        children.vintage_id, children.content_id, children.row_number, children.la_child_id, children.month_number,
        children.period_end, children.age_years,
        count(*) filter (where checks.check_type_code in ('HA', 'IHA')) as health_count,
        count(*) filter (where checks.check_type_code = 'DENTAL') as dental_count
    from children
    left join checks
        on
            children.vintage_id = checks.vintage_id
            and children.la_child_id = checks.la_child_id
            and checks.check_date between children.twelve_months_start and children.period_end
    where {{ plus_months('children.care_start_date', 12) }} <= children.period_end
    group by all

),

-- cla_health_assessment_pct  Health assessments up to date: one a year, two where under 5
-- cla_dental_pct  Dental check in 12 months
health_checks as (

    select
        'cla_health_assessment_pct' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, period_end as counted_on,
        (health_count >= case when age_years >= 5 then 1 else 2 end)::int as numerator, 1 as denominator
    from checks_in_twelve_months
    where age_years is not null
    union all
    select
        'cla_dental_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, period_end as counted_on,
        (dental_count >= 1)::int as numerator, 1 as denominator
    from checks_in_twelve_months

),

-- cla_initial_health_20wd_pct  Initial health assessment within 20 working days of starting to be looked after
initial_health as (

    select
        'cla_initial_health_20wd_pct' as indicator_id, episodes.vintage_id, episodes.content_id, episodes.row_number,
        episodes.la_child_id,
        episodes.episode_start_date as counted_on,
        exists(
            select 1 from checks
            inner join {{ ref('dim_calendar') }} as check_days
                on {{ numbered_day('checks.check_date') }} = check_days.calendar_date
            where
                episodes.vintage_id = checks.vintage_id
                and episodes.la_child_id = checks.la_child_id
                and checks.check_type_code in ('IHA', 'HA')
                and checks.check_date >= episodes.episode_start_date
                and check_days.working_day_number - episodes.start_number <= 20
        )::int as numerator,
        1 as denominator
    from episodes
    where episodes.start_reason_code = 'S' and episodes.as_at_number - episodes.start_number > 20

),

-- rhi_72h_pct  Return interviews within 72 hours, taken as 3 calendar days
return_interviews as (

    select
        'rhi_72h_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, missing_end_date as counted_on,
        coalesce({{ days_between('missing_end_date', 'interview_completed_date') }} between 0 and 3, false)::int
            as numerator,
        1 as denominator
    from {{ ref('stg_returns__missing') }}
    where missing_type_code = 'M' and missing_end_date is not null

),

-- rhi_offered_pct  Return interviews offered
interviews_offered as (

    select
        'rhi_offered_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id,
        missing_end_date as counted_on,
        coalesce(interview_offered_code = 'Y', false)::int as numerator, 1 as denominator
    from {{ ref('stg_returns__missing') }}
    where missing_type_code = 'M' and missing_end_date is not null

),

-- missing_episodes  Missing episodes of looked after children
missing_episodes as (

    select
        'missing_episodes' as indicator_id, vintage_id, content_id, row_number, la_child_id,
        missing_start_date as counted_on, 1 as numerator, null as denominator
    from {{ ref('int_care__missing_episodes') }}

)

select * from looked_after
union all by name
select * from started_and_ceased
union all by name
select * from re_entries
union all by name
select * from where_they_went
union all by name
select * from proceedings
union all by name
select * from visited_in_time
union all by name
select * from reviewed_in_time
union all by name
select * from documents_up_to_date
union all by name
select * from three_placements
union all by name
select * from long_term_stable
union all by name
select * from where_they_live
union all by name
select * from by_agreement
union all by name
select * from unaccompanied
union all by name
select * from with_ehc_plan
union all by name
select * from placed_far
union all by name
select * from health_checks
union all by name
select * from initial_health
union all by name
select * from return_interviews
union all by name
select * from interviews_offered
union all by name
select * from missing_episodes
