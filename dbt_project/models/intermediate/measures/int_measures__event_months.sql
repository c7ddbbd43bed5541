{{ config(materialized='fresh_table') }}

-- How many events each return holds of each month, on how many weekdays, and the newest of them: one pass over one
-- column of each file.
select
    content_id,
    {{ month_number('event_date') }} as event_month_number,
    count(*) as event_count,
    {{ weekdays_with('event_date') }} as event_day_count,
    max(event_date) as newest_date
from {{ ref('stg_ledger__event_dates') }}
group by all
