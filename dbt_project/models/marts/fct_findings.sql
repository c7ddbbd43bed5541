-- What could not be read, counted: never a value, and no row numbers, which could point at a child.
with found as (

    select la_code, reporting_month, return_name, file, column_name, finding, reason, next_move
    from {{ ref('stg_ledger__findings') }}

    union all

    -- of the reference folder, as it is for the month reported
    select
        of_folder.la_code,
        of_refresh.view_month,
        files.table_id,
        of_folder.place,
        of_folder.column_name,
        of_folder.finding,
        of_folder.reason,
        of_folder.next_move
    from {{ ref('stg_reference__findings') }} as of_folder
    cross join {{ ref('stg_ledger__reporting') }} as of_refresh
    left join {{ ref('stg_reference__files') }} as files on of_folder.file = files.file

)

select
    found.la_code,
    found.reporting_month,
    coalesce(found.return_name, '') as return_name,
    found.file,
    coalesce(found.column_name, '') as column_name,
    found.finding,
    found.reason,
    min(found.next_move) as next_move,
    count(*) as finding_count,
    months.month_state
from found
left join {{ ref('fct_month_status') }} as months
    on found.la_code = months.la_code and found.reporting_month = months.reporting_month
group by
    found.la_code, found.reporting_month, coalesce(found.return_name, ''), found.file,
    coalesce(found.column_name, ''), found.finding, found.reason, months.month_state
order by found.file, return_name, column_name, found.finding, found.reason, found.la_code
