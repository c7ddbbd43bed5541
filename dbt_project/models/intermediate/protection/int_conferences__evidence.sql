-- Which enquiries and conferences count towards each indicator of section 47 and conferences.
with enquiries as (

    select
        enquiries.*,
        as_at_days.working_day_number - start_days.working_day_number as working_days_to_as_at,
        start_days.working_day_number as start_number
    from {{ ref('stg_returns__s47_enquiries') }} as enquiries
    left join {{ ref('dim_calendar') }} as start_days
        on {{ numbered_day('enquiries.s47_start_date') }} = start_days.calendar_date
    left join {{ ref('dim_calendar') }} as as_at_days on enquiries.as_at_date = as_at_days.calendar_date

),

conferences as (

    select * from {{ ref('stg_returns__initial_cp_conferences') }}

),

-- s47_started, s47_rate_10k  Section 47 enquiries started
s47_started as (

    select
        indicators.indicator_id, enquiries.vintage_id, enquiries.content_id, enquiries.row_number,
        enquiries.la_child_id, enquiries.s47_start_date as counted_on,
        1 as numerator, null as denominator
    from enquiries, (values ('s47_started'), ('s47_rate_10k')) as indicators (indicator_id)

),

-- s47_nfa_pct  Section 47 enquiries ending with no further action
s47_no_further_action as (

    select
        's47_nfa_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, s47_end_date as counted_on,
        coalesce(is_no_further_action, false)::int as numerator, 1 as denominator
    from enquiries
    where s47_end_date is not null

),

first_conferences as (

    select vintage_id, s47_enquiry_id, min(icpc_date) as first_icpc_date
    from conferences
    group by vintage_id, s47_enquiry_id

),

-- s47_to_icpc_pct  Enquiries leading to a conference; one still inside its 15 working days is left out
s47_to_icpc as (

    select
        's47_to_icpc_pct' as indicator_id, enquiries.vintage_id, enquiries.content_id, enquiries.row_number,
        enquiries.la_child_id,
        enquiries.s47_start_date as counted_on,
        (coalesce(first_conferences.first_icpc_date <= enquiries.as_at_date, false))::int as numerator,
        1 as denominator
    from enquiries
    left join first_conferences
        on
            enquiries.vintage_id = first_conferences.vintage_id
            and enquiries.s47_enquiry_id = first_conferences.s47_enquiry_id
    where first_conferences.first_icpc_date <= enquiries.as_at_date or enquiries.working_days_to_as_at > 15

),

-- icpc_held, icpc_rate_10k  Initial conferences held, transfers in included
icpc_held as (

    select
        indicators.indicator_id, conferences.vintage_id, conferences.content_id, conferences.row_number,
        conferences.la_child_id, conferences.icpc_date as counted_on,
        1 as numerator, null as denominator
    from conferences, (values ('icpc_held'), ('icpc_rate_10k')) as indicators (indicator_id)

),

-- icpc_15wd_pct  Initial conferences held within 15 working days of the strategy discussion
icpc_in_time as (

    select
        'icpc_15wd_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, icpc_date as counted_on,
        is_in_time::int as numerator, 1 as denominator
    from {{ ref('int_conferences__timeliness') }}

),

-- icpc_to_plan_pct  Initial conferences ending in a plan
icpc_to_plan as (

    select
        'icpc_to_plan_pct' as indicator_id, vintage_id, content_id, row_number, la_child_id, icpc_date as counted_on,
        is_plan_made::int as numerator, 1 as denominator
    from conferences

),

-- strategy_meetings  Strategy meetings held
-- strategy_after_assessment_pct  Strategy meetings following an assessment
strategy_meetings as (

    select
        indicators.indicator_id, meetings.vintage_id, meetings.content_id, meetings.row_number,
        meetings.la_child_id, meetings.held_date as counted_on,
        case
            when indicators.indicator_id = 'strategy_meetings' then 1
            else coalesce(meetings.trigger_code = 'ASSESSMENT', false)::int
        end as numerator,
        1 as denominator
    from {{ ref('stg_returns__strategy_meetings') }} as meetings,
        (values ('strategy_meetings'), ('strategy_after_assessment_pct')) as indicators (indicator_id)

),

late as (

    select vintage_id, 'ICPC' as kind_code, icpc_id as record_id, la_child_id, icpc_date as held_date
    from {{ ref('int_conferences__timeliness') }}
    where not is_in_time
    union all
    select vintage_id, 'RCPC' as kind_code, review_id as record_id, la_child_id, review_date as held_date
    from {{ ref('stg_returns__cp_reviews') }}
    where review_date > due_date
    union all
    select vintage_id, 'CLA' as kind_code, review_id as record_id, null as la_child_id, review_date as held_date
    from {{ ref('stg_returns__cla_reviews') }}
    where review_date > due_date and not is_cancelled

),

-- late_meetings_by_reason  Late conferences and reviews by reason
late_meetings as (

    select
        'late_meetings_by_reason' as indicator_id, reasons.vintage_id, reasons.content_id, reasons.row_number,
        late.la_child_id, late.held_date as counted_on,
        reasons.kind_code || '|' || reasons.reason_code as breakdown_value,
        1 as numerator, null as denominator
    from {{ ref('stg_returns__late_meetings') }} as reasons
    inner join late
        on
            reasons.vintage_id = late.vintage_id
            and reasons.kind_code = late.kind_code
            and reasons.record_id = late.record_id

),

minutes as (

    select * from {{ ref('stg_returns__conference_minutes') }}
    where kind_code in ('ICPC', 'RCPC')

),

-- conference_minutes_backlog  Conference minutes overdue: due by the month end and unsent at it
minutes_backlog as (

    select
        'conference_minutes_backlog' as indicator_id, minutes.vintage_id, minutes.content_id, minutes.row_number,
        null::varchar as la_child_id,
        periods.period_end as counted_on, 1 as numerator, null as denominator
    from minutes
    inner join {{ ref('int_periods__expected') }} as periods
        on
            minutes.vintage_id = periods.vintage_id
            and minutes.held_date <= periods.period_end
            and minutes.minutes_due_date <= periods.period_end
            and (minutes.minutes_sent_date is null or minutes.minutes_sent_date > periods.period_end)

),

-- conference_minutes_intime_pct  Conference minutes sent in time
minutes_in_time as (

    select
        'conference_minutes_intime_pct' as indicator_id, vintage_id, content_id, row_number,
        null::varchar as la_child_id,
        minutes_due_date as counted_on,
        coalesce(minutes_sent_date <= minutes_due_date, false)::int as numerator, 1 as denominator
    from minutes

)

select * from s47_started
union all by name
select * from s47_to_icpc
union all by name
select * from s47_no_further_action
union all by name
select * from icpc_held
union all by name
select * from icpc_in_time
union all by name
select * from icpc_to_plan
union all by name
select * from strategy_meetings
union all by name
select * from late_meetings
union all by name
select * from minutes_backlog
union all by name
select * from minutes_in_time
