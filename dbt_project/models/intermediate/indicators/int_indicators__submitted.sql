{{ config(materialized='fresh_table') }}

-- For each indicator and month expected: whether every return it needs is there, and how far back the lead one reaches.
with required as (

    select indicator_id, lead_return, {{ each_word('returns_required') }} as return_name
    from {{ ref('dim_indicator') }}

),

needs as (

    select required.*, formats.history
    from required
    inner join {{ ref('stg_ledger__return_formats') }} as formats on required.return_name = formats.return_name

),

sources as (

    select *, {{ month_number_of_text('source_month') }} as source_month_number
    from {{ ref('stg_ledger__sources') }}

),

usable as (

    select
        periods.vintage_id, periods.month_number, sources.return_name, sources.source_month,
        sources.source_month_number, sources.source_format
    from {{ ref('int_periods__expected') }} as periods
    inner join sources on periods.vintage_id = sources.vintage_id
    inner join {{ ref('stg_ledger__return_formats') }} as formats on sources.return_name = formats.return_name
    where
        (formats.history = 'event' and sources.source_month_number >= periods.month_number)
        or (formats.history = 'state' and sources.source_month_number = periods.month_number)
        or formats.history = 'lookup'

),

-- a return read from another format does not serve every indicator, nor every month
not_served as (

    select distinct usable.vintage_id, usable.month_number, usable.return_name, needs.indicator_id
    from usable
    inner join {{ ref('format_limits') }} as limits
        on usable.source_format = limits.source_format and usable.return_name = limits.return_name
    inner join needs
        on
            usable.return_name = needs.return_name
            and (limits.indicator_id = '*' or limits.indicator_id = needs.indicator_id)
    where limits.months_back is null or usable.source_month_number - usable.month_number > limits.months_back

),

coverage as (

    select vintage_id, source_month_number, source_format, return_name, history_from
    from {{ ref('stg_returns__extract_coverage') }}

)

select
    periods.vintage_id,
    needs.indicator_id,
    periods.month_number,
    count(usable.return_name) = count(*) and count(not_served.return_name) = 0 as is_submitted,
    max(usable.source_month) filter (where needs.return_name = needs.lead_return) as snapshot_month,
    max(coverage.history_from) as history_from
from {{ ref('int_periods__expected') }} as periods
cross join needs
left join usable
    on
        periods.vintage_id = usable.vintage_id
        and periods.month_number = usable.month_number
        and needs.return_name = usable.return_name
left join not_served
    on
        usable.vintage_id = not_served.vintage_id
        and usable.month_number = not_served.month_number
        and usable.return_name = not_served.return_name
        and needs.indicator_id = not_served.indicator_id
left join coverage
    on
        usable.vintage_id = coverage.vintage_id
        and usable.source_month_number = coverage.source_month_number
        and usable.source_format = coverage.source_format
        and usable.return_name = coverage.return_name
        and needs.lead_return = coverage.return_name
group by periods.vintage_id, needs.indicator_id, periods.month_number
