{{ config(materialized='fresh_table') }}

-- Each return that a vintage reads, as it was received for one month. What is measured is measured of these.
select
    vintages.vintage_id,
    vintages.la_code,
    vintages.edition,
    sources.return_name,
    formats.history,
    formats.event_date is not null as is_dated,
    sources.source_month,
    {{ month_number_of_text('sources.source_month') }} as source_month_number,
    sources.as_at_date,
    days.working_day_number as as_at_number,
    sources.source_format,
    sources.content_id,
    receipts.row_count,
    receipts.kept_count,
    {{ month_number_of_text('vintages.view_month') }} as view_month_number,
    sources.source_month = max(sources.source_month) over (
        partition by vintages.vintage_id, sources.return_name
    ) as is_newest,
    coverage.history_from
from {{ ref('stg_ledger__sources') }} as sources
inner join {{ ref('stg_ledger__vintages') }} as vintages on sources.vintage_id = vintages.vintage_id
inner join {{ ref('stg_ledger__return_formats') }} as formats on sources.return_name = formats.return_name
inner join {{ ref('stg_ledger__receipts') }} as receipts
    on sources.content_id = receipts.content_id and sources.return_name = receipts.return_name
inner join {{ ref('dim_calendar') }} as days on sources.as_at_date = days.calendar_date
left join {{ ref('stg_returns__extract_coverage') }} as coverage
    on
        sources.vintage_id = coverage.vintage_id
        and sources.source_format = coverage.source_format
        and sources.return_name = coverage.return_name
        and {{ month_number_of_text('sources.source_month') }} = coverage.source_month_number
where sources.scope = ''
