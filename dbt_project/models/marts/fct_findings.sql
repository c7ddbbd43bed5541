-- What could not be read, counted: never a value, and no row numbers, which could point at a child.
select
    findings.la_code,
    findings.reporting_month,
    coalesce(findings.return_name, '') as return_name,
    findings.file,
    coalesce(findings.column_name, '') as column_name,
    findings.finding,
    findings.reason,
    findings.next_move,
    count(*) as finding_count
from {{ source('ledger', 'findings') }} as findings
group by all
order by findings.file, return_name, column_name, findings.finding, findings.reason, findings.next_move
