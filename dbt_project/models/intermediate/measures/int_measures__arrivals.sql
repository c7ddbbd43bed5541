-- stopped, sent_before, history_lost, return_refused: whether a return is the month's own, and whole.
--
-- A silence is measured by the return itself: on how many working days of the twelve months up to that of its newest
-- event there was any. Days, because brothers and sisters come together and are no several chances; working days,
-- because Easter is no silence. The macro expected_in_silence says how much is expected in it. What is usually entered
-- late is late this month too: so long a silence, of up to two weeks, is no sign.
with contents as (

    select * from {{ ref('int_measures__contents') }}

),

newest as (

    select
        contents.vintage_id, contents.content_id,
        max(months.event_month_number) as newest_month_number,
        max(months.newest_date) as newest_date
    from contents
    inner join {{ ref('int_measures__event_months') }} as months
        on contents.content_id = months.content_id and contents.source_month_number >= months.event_month_number
    where contents.is_newest
    group by all

),

-- how late it is usually entered, in working days: as long as the return before was silent at its end, or what its last
-- month then lacked of what is known of that month now
usual as (

    select
        contents.vintage_id, contents.content_id,
        least(10, greatest(
            any_value(ends.working_day_number) - max(days.working_day_number),
            21 * (1 - coalesce(
                sum(months.event_count) filter (where months.event_month_number = ends.month_number), 0
            ) / any_value(known_now.event_count))
        )) as usual_silence
    from contents
    inner join {{ ref('stg_ledger__sources_before') }} as earlier on contents.content_id = earlier.content_id
    inner join {{ ref('dim_calendar') }} as ends
        on last_day((earlier.before_month || '-01')::date) = ends.calendar_date
    inner join {{ ref('int_measures__event_months') }} as months
        on
            earlier.before_content_id = months.content_id
            and ends.month_number >= months.event_month_number
    inner join {{ ref('dim_calendar') }} as days on months.newest_date = days.calendar_date
    left join {{ ref('int_measures__event_months') }} as known_now
        on
            contents.content_id = known_now.content_id
            and ends.month_number = known_now.event_month_number
    where contents.is_newest
    group by contents.vintage_id, contents.content_id

),

rates as (

    select
        contents.vintage_id, contents.la_code, contents.return_name, contents.content_id,
        contents.source_month_number, contents.as_at_number, newest.newest_month_number,
        newest_days.working_day_number as newest_number,
        sum(months.event_day_count) as event_days,
        newest_days.working_day_number - any_value(first_days.working_day_number) + 1 as working_days,
        coalesce(any_value(usual.usual_silence), 0) as usual_silence
    from contents
    inner join newest on contents.vintage_id = newest.vintage_id and contents.content_id = newest.content_id
    inner join {{ ref('int_measures__event_months') }} as months
        on
            contents.content_id = months.content_id
            and months.event_month_number between newest.newest_month_number - 11 and newest.newest_month_number
            and {{ month_end('months.event_month_number') }} >= coalesce(contents.history_from, date '1900-01-01')
    inner join {{ ref('dim_calendar') }} as newest_days on newest.newest_date = newest_days.calendar_date
    inner join {{ ref('dim_calendar') }} as first_days
        on
            greatest({{ month_start('(newest.newest_month_number - 11)') }}, contents.history_from)
            = first_days.calendar_date
    left join usual on contents.vintage_id = usual.vintage_id and contents.content_id = usual.content_id
    group by
        contents.vintage_id, contents.la_code, contents.return_name, contents.content_id,
        contents.source_month_number, contents.as_at_number, newest.newest_month_number,
        newest_days.working_day_number

),

-- what should have been since the newest event, at the end of each month that the silence reaches into
stopped as (

    select
        rates.vintage_id, rates.la_code, rates.return_name, rates.source_month_number, 'stopped' as ground,
        ends.month_number,
        rates.event_days as counted,
        rates.working_days as out_of,
        {{ expected_in_silence(
            'ends.period_end_number - rates.newest_number - rates.usual_silence', 'rates.event_days', 'rates.working_days'
        ) }} as measured
    from rates
    inner join {{ ref('int_periods__expected') }} as ends
        on
            rates.vintage_id = ends.vintage_id
            and ends.month_number between rates.newest_month_number and rates.source_month_number

),

-- rows that are those of an earlier month's, and the events that should have been since
repeated as (

    select
        contents.vintage_id, contents.la_code, contents.return_name, contents.source_month_number,
        {{ month_number_of_text('repeats.same_as_month') }} as same_as_month_number,
        rates.event_days, rates.working_days,
        {{ expected_in_silence(
            'contents.as_at_number - same_as_days.working_day_number', 'rates.event_days', 'rates.working_days'
        ) }} as measured
    from contents
    inner join {{ ref('stg_ledger__sent_before') }} as repeats on contents.content_id = repeats.content_id
    inner join {{ ref('dim_calendar') }} as same_as_days
        on last_day((repeats.same_as_month || '-01')::date) = same_as_days.calendar_date
    left join rates on contents.vintage_id = rates.vintage_id and contents.content_id = rates.content_id
    where contents.is_newest

),

-- every return of the month is an earlier month's: nobody ran the month's extract. One that held nothing before and
-- holds nothing now tells neither way.
months_repeated as (

    select
        contents.vintage_id, contents.la_code, contents.source_month_number,
        count(repeated.return_name) as counted,
        count(*) as out_of
    from contents
    left join repeated
        on contents.vintage_id = repeated.vintage_id and contents.return_name = repeated.return_name
    left join {{ ref('stg_ledger__sources_before') }} as earlier on contents.content_id = earlier.content_id
    left join {{ ref('stg_ledger__receipts') }} as receipts
        on earlier.before_content_id = receipts.content_id and contents.return_name = receipts.return_name
    where
        contents.source_month_number = contents.view_month_number
        and (contents.kept_count > 0 or receipts.kept_count > 0)
    group by contents.vintage_id, contents.la_code, contents.source_month_number

),

-- rows of earlier months that the return before had and this one has not: by month of the event, or in all where
-- rows have no day
months_before as (

    select
        contents.vintage_id, contents.la_code, contents.return_name, contents.source_month_number, contents.content_id,
        months.event_month_number, months.event_count
    from contents
    inner join {{ ref('stg_ledger__sources_before') }} as earlier on contents.content_id = earlier.content_id
    inner join {{ ref('int_measures__event_months') }} as months on earlier.before_content_id = months.content_id
    where
        contents.is_newest and contents.history = 'event'
        and months.event_month_number <= {{ month_number_of_text('earlier.before_month') }}
        and {{ month_start('months.event_month_number') }} >= coalesce(contents.history_from, date '1900-01-01')

),

lost as (

    select
        months_before.vintage_id, months_before.la_code, months_before.return_name, months_before.source_month_number,
        sum(greatest(months_before.event_count - coalesce(months.event_count, 0), 0)) as counted,
        sum(months_before.event_count) as out_of
    from months_before
    left join {{ ref('int_measures__event_months') }} as months
        on
            months_before.content_id = months.content_id
            and months_before.event_month_number = months.event_month_number
    group by all
    union all
    select
        contents.vintage_id, contents.la_code, contents.return_name, contents.source_month_number,
        greatest(receipts.kept_count - contents.kept_count, 0) as counted,
        receipts.kept_count as out_of
    from contents
    inner join {{ ref('stg_ledger__sources_before') }} as earlier on contents.content_id = earlier.content_id
    inner join {{ ref('stg_ledger__receipts') }} as receipts
        on earlier.before_content_id = receipts.content_id and contents.return_name = receipts.return_name
    where contents.is_newest and contents.history = 'event' and not contents.is_dated

),

-- a return that came and could not be taken, where none of the month could: an older one stands in for no month
refused as (

    select
        vintages.vintage_id, vintages.la_code, receipts.return_name,
        {{ month_number_of_text('receipts.reporting_month') }} as source_month_number
    from {{ ref('stg_ledger__receipts') }} as receipts
    inner join {{ ref('stg_ledger__vintages') }} as vintages
        on receipts.la_code = vintages.la_code and receipts.reporting_month <= vintages.view_month
    group by all
    having bool_and(receipts.status = 'rejected')

)

select
    vintage_id, la_code, return_name, source_month_number, ground, month_number, counted::double as counted,
    out_of::double as out_of, measured
from stopped
union all by name
select
    repeated.vintage_id, repeated.la_code, repeated.return_name, repeated.source_month_number, 'sent_before' as ground,
    since.month_number, repeated.event_days::double as counted, repeated.working_days::double as out_of,
    repeated.measured
from repeated
inner join {{ ref('int_periods__expected') }} as since
    on
        repeated.vintage_id = since.vintage_id
        and repeated.same_as_month_number < since.month_number
        and repeated.source_month_number >= since.month_number
where repeated.measured is not null
union all by name
select
    vintage_id, la_code, '*' as return_name, source_month_number, 'sent_before' as ground,
    source_month_number as month_number, counted::double as counted, out_of::double as out_of,
    counted / out_of as measured
from months_repeated
union all by name
select
    vintage_id, la_code, return_name, source_month_number, 'history_lost' as ground, null::int as month_number,
    counted::double as counted, out_of::double as out_of, counted / nullif(out_of, 0) as measured
from lost
where out_of > 0
union all by name
select
    vintage_id, la_code, return_name, source_month_number, 'return_refused' as ground,
    source_month_number as month_number, 1::double as counted, 1::double as out_of, 1::double as measured
from refused
