-- What could not be read, counted: never a value, and no row numbers, which could point at a child.
select
    findings.la_code,
    findings.reporting_month,
    findings.return_name,
    findings.file,
    coalesce(findings.column_name, '') as column_name,
    findings.finding,
    findings.reason,
    findings.next_move,
    count(*) as finding_count,
    months.month_state
from {{ source('ledger', 'findings') }} as findings
left join {{ ref('fct_month_status') }} as months
    on findings.la_code = months.la_code and findings.reporting_month = months.reporting_month
group by all
order by findings.file, column_name, findings.finding
