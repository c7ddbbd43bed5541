-- What could not be read, counted: never a value, and no row numbers, which could point at a child.
with found as (

    select la_code, reporting_month, return_name, file, column_name, finding, reason, next_move
    from {{ source('ledger', 'findings') }}

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
    from {{ source('reference', 'findings') }} as of_folder
    cross join {{ source('ledger', 'reporting') }} as of_refresh
    left join {{ source('reference', 'files') }} as files on of_folder.file = files.file

)

select
    la_code,
    reporting_month,
    coalesce(return_name, '') as return_name,
    file,
    coalesce(column_name, '') as column_name,
    finding,
    reason,
    min(next_move) as next_move,
    count(*) as finding_count
from found
group by la_code, reporting_month, coalesce(return_name, ''), file, coalesce(column_name, ''), finding, reason
order by file, return_name, column_name, finding, reason, la_code
