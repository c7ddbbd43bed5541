{{ config(materialized='table') }}

-- For each indicator and month owed: whether every return it needs is there, and how far back the lead one reaches.
with required as (

    select indicator_id, lead_return, {{ each_word('returns_required') }} as return_name
    from {{ ref('dim_indicator') }}

),

needs as (

    select required.*, formats.history
    from required
    inner join {{ source('ledger', 'return_formats') }} as formats on required.return_name = formats.return_name

),

sources as (

    select *, {{ month_number_of_text('source_month') }} as source_month_number
    from {{ source('ledger', 'sources') }}

),

usable as (

    select
        periods.view_id, periods.month_number, sources.return_name, sources.source_month, sources.as_at_date
    from {{ ref('int_periods_owed') }} as periods
    inner join sources on periods.view_id = sources.view_id
    inner join {{ source('ledger', 'return_formats') }} as formats on sources.return_name = formats.return_name
    where
        (formats.history = 'event' and sources.source_month_number >= periods.month_number)
        or (formats.history = 'state' and sources.source_month_number = periods.month_number)
        or formats.history = 'lookup'

),

coverage as (

    select view_id, source_month_number, return_name, history_from
    from {{ ref('stg_returns__extract_coverage') }}

)

select
    periods.view_id,
    needs.indicator_id,
    periods.month_number,
    count(usable.return_name) = count(*) as is_submitted,
    max(usable.source_month) filter (where needs.return_name = needs.lead_return) as snapshot_month,
    max(coverage.history_from) as history_from
from {{ ref('int_periods_owed') }} as periods
cross join needs
left join usable
    on
        periods.view_id = usable.view_id
        and periods.month_number = usable.month_number
        and needs.return_name = usable.return_name
left join coverage
    on
        usable.view_id = coverage.view_id
        and {{ month_number_of_text('usable.source_month') }} = coverage.source_month_number
        and usable.return_name = coverage.return_name
        and needs.lead_return = coverage.return_name
group by periods.view_id, needs.indicator_id, periods.month_number
