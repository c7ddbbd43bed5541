-- What is judged of an authority as a whole, each rule a block: its figures against one another, its files against the
-- month before. What is checked is figures, returns or months, not records.
with figures as (

    select answers.*, indicators.unit, indicators.is_additive, indicators.can_be_negative
    from {{ ref('int_indicators__answers') }} as answers
    inner join {{ ref('dim_indicator') }} as indicators on answers.indicator_id = indicators.indicator_id
    where
        answers.edition = 'restated'
        and answers.value_status in ('calculated', 'reported', 'derived', 'no_cases')

),

totals as (

    select *
    from figures
    where breakdown_value = 'all'

),

-- the figures of the month reported, side by side
this_month as (

    select
        la_code,
        any_value(value) filter (where indicator_id = 'contacts_received') as contacts_received,
        any_value(value) filter (where indicator_id = 'referrals_received') as referrals_received,
        any_value(value) filter (where indicator_id = 'wf_agency_rate') as wf_agency_rate,
        any_value(value) filter (where indicator_id = 'wf_perm_agency_ratio') as wf_perm_agency_ratio,
        any_value(value) filter (where indicator_id = 'wf_vacancy_rate') as wf_vacancy_rate,
        any_value(value) filter (where indicator_id = 'wf_vacancy_rate_net_agency') as wf_vacancy_rate_net_agency
    from totals
    where
        period_basis in ('month', 'point_in_time')
        and month_number = {{ month_number_of_text('view_month') }}
    group by la_code

),

-- W1  open at the month's end = open a month before + started - ended
flows as (

    select
        open_now.la_code,
        'flows_unreconciled' as rule_id,
        count(*) as rows_checked,
        count_if(open_now.value <> open_before.value + started.value - ended.value) as rows_failing
    from (values ('cp_open', 'cp_started', 'cp_ended'), ('cla_open', 'cla_started', 'cla_ceased'))
        as flows (stock, starts, ends)
    inner join totals as open_now on flows.stock = open_now.indicator_id
    inner join totals as open_before
        on
            open_now.la_code = open_before.la_code
            and open_now.indicator_id = open_before.indicator_id
            and open_now.month_number - 1 = open_before.month_number
    inner join totals as started
        on
            open_now.la_code = started.la_code
            and flows.starts = started.indicator_id
            and open_now.month_number = started.month_number
    inner join totals as ended
        on
            open_now.la_code = ended.la_code
            and flows.ends = ended.indicator_id
            and open_now.month_number = ended.month_number
    where
        started.period_basis = 'month' and ended.period_basis = 'month'
        and open_now.month_number = {{ month_number_of_text('open_now.view_month') }}
    group by open_now.la_code

),

-- W2  contacts >= referrals
contacted as (

    select
        la_code, 'referrals_over_contacts' as rule_id,
        count(*) as rows_checked, count_if(referrals_received > contacts_received) as rows_failing
    from this_month
    where contacts_received is not null and referrals_received is not null
    group by la_code

),

-- W3  every share: 0 <= numerator <= denominator, whatever the period
shares as (

    select
        la_code, 'share_over_whole' as rule_id,
        count(*) as rows_checked,
        count_if(numerator > denominator or value > 100 or value < 0) as rows_failing
    from figures
    where unit = 'percent' and not can_be_negative
    group by la_code

),

-- W4  a year to date is the sum of its months, where each of them is there
months as (

    select
        la_code, indicator_id, breakdown_type, breakdown_value, month_number,
        sum(numerator) over through_year as to_date,
        count(*) over through_year as month_count
    from figures
    where
        period_basis = 'month' and unit = 'count' and is_additive and numerator is not null
    window through_year as (
        partition by la_code, indicator_id, breakdown_type, breakdown_value, (month_number - 3) // 12
        order by month_number
    )

),

years as (

    select
        figures.la_code, 'year_not_its_months' as rule_id,
        count(*) as rows_checked,
        count_if(figures.numerator <> months.to_date) as rows_failing
    from figures
    inner join months
        on
            figures.la_code = months.la_code
            and figures.indicator_id = months.indicator_id
            and figures.breakdown_type = months.breakdown_type
            and figures.breakdown_value = months.breakdown_value
            and figures.month_number = months.month_number
    where
        figures.period_basis = 'year_to_date' and figures.numerator is not null
        and months.month_count = (figures.month_number + 9) % 12 + 1
    group by figures.la_code

),

-- W5  the teams' caseloads add up to the service's
teams as (

    select
        whole.la_code, 'teams_not_the_whole' as rule_id,
        1 as rows_checked,
        (sum(parts.numerator) <> any_value(whole.numerator))::int as rows_failing
    from figures as parts
    inner join totals as whole
        on
            parts.la_code = whole.la_code
            and parts.indicator_id = whole.indicator_id
            and parts.period_basis = whole.period_basis
            and parts.month_number = whole.month_number
    where
        parts.indicator_id = 'wf_caseload_total' and parts.breakdown_type = 'invo_professional_team'
        and parts.month_number = {{ month_number_of_text('parts.view_month') }}
    group by whole.la_code

),

-- W6  permanent + agency = 100
staffed as (

    select
        la_code, 'permanent_and_agency_not_100' as rule_id,
        count(*) as rows_checked,
        count_if(abs(wf_perm_agency_ratio + wf_agency_rate - 100) > 0.1) as rows_failing
    from this_month
    where wf_perm_agency_ratio is not null and wf_agency_rate is not null
    group by la_code

),

-- W7  net vacancy <= gross
vacant as (

    select
        la_code, 'net_vacancy_over_gross' as rule_id,
        count(*) as rows_checked,
        count_if(wf_vacancy_rate_net_agency > wf_vacancy_rate) as rows_failing
    from this_month
    where wf_vacancy_rate_net_agency is not null and wf_vacancy_rate is not null
    group by la_code

),

-- the newest event of each return that goes on all the time
newest as (

    {% for return_name, event_date in [
        ('contacts', 'contact_date'), ('cin_episodes', 'referral_date'),
        ('cin_assessments', 'assessment_start_date'), ('cp_visits', 'visit_date'),
        ('cla_visits', 'visit_date'), ('involvements', 'involvement_start_date'),
    ] %}
        select
            la_code,
            any_value(as_at_date) as as_at_date,
            max({{ event_date }}) as newest_date,
            count(*) as row_count
        from ({{ judged(return_name) }})
        group by la_code
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- W10  events up to ten days before the month's end; few records need not have any
stale as (

    select
        la_code, 'returns_stale' as rule_id,
        count(*) as rows_checked, count_if(newest_date < as_at_date - 10) as rows_failing
    from newest
    where row_count >= 100
    group by la_code

),

-- CIN 100  as at the month's end: one date too late may be a slip; in most returns, the extract is another month's
late as (

    select
        la_code, 'extract_after_month_end' as rule_id,
        count(*) as rows_checked, count_if(newest_date > as_at_date) as rows_failing
    from newest
    group by la_code

),

-- W11  a record grows: a tenth fewer rows than a month before, or half as many again, is odd; small returns vary
sizes as (

    select
        received.la_code, 'row_counts_jump' as rule_id,
        count(*) as rows_checked,
        count_if(
            received.row_count * 10 < earlier.row_count * 9 or received.row_count * 2 > earlier.row_count * 3
        ) as rows_failing
    from {{ ref('int_quality__sources') }} as sources
    inner join {{ ref('stg_ledger__receipts') }} as received
        on sources.content_id = received.content_id and sources.return_name = received.return_name
    inner join {{ ref('stg_ledger__receipts') }} as earlier
        on
            received.la_code = earlier.la_code
            and received.return_name = earlier.return_name
            and received.source_format = earlier.source_format
            and {{ month_number_of_text('received.reporting_month') }}
            = {{ month_number_of_text('earlier.reporting_month') }} + 1
    where earlier.status = 'accepted' and earlier.row_count >= 100
    group by received.la_code

),

-- CIN 2886Q  at most 2% without a sex
sexes as (

    select
        la_code, 'sex_incomplete' as rule_id,
        1 as rows_checked, (count_if(sex_code is null) * 50 > count(*))::int as rows_failing
    from ({{ judged('persons') }})
    group by la_code

),

-- CIN 2883  plans started <= conferences held, in twelve months
conferences as (

    select la_code, count(*) as held
    from ({{ judged('initial_cp_conferences') }})
    where icpc_date > {{ plus_months('as_at_date', -12) }} and icpc_date <= as_at_date
    group by la_code

),

plans as (

    select
        plans.la_code, 'plans_over_conferences' as rule_id,
        1 as rows_checked, (count(*) > coalesce(any_value(conferences.held), 0))::int as rows_failing
    from ({{ judged('cp_plans') }}) as plans
    left join conferences on plans.la_code = conferences.la_code
    where
        plans.cp_plan_start_date > {{ plus_months('plans.as_at_date', -12) }}
        and plans.cp_plan_start_date <= plans.as_at_date
        and not plans.is_other_authority
    group by plans.la_code

)

select *, null::struct(content_id bigint, row_number bigint)[] as failing
from (
    {% for rule in [
        'flows', 'contacted', 'shares', 'years', 'teams', 'staffed', 'vacant', 'stale', 'late', 'sizes', 'sexes',
        'plans'
    ] %}
        select la_code, rule_id, rows_checked, rows_failing from {{ rule }}
        {{ 'union all' if not loop.last }}
    {% endfor %}
) as counted
