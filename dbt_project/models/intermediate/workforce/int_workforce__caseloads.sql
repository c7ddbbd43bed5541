{{ config(materialized='fresh_table') }}

-- Each social worker who holds a case at each month end expected: how many, and the time worked.
select
    cases.vintage_id,
    cases.la_code,
    cases.worker_id,
    cases.month_number,
    cases.period_end,
    workers.team,
    coalesce(any_value(workers.fte), 1) as fte,
    any_value(workers.content_id) as content_id,
    any_value(workers.row_number) as row_number,
    count(*) as case_count
from {{ ref('int_workforce__cases') }} as cases
left join {{ ref('stg_returns__professionals') }} as workers
    on
        cases.vintage_id = workers.vintage_id
        and cases.worker_id = workers.worker_id
        and cases.month_number = workers.source_month_number
group by all
