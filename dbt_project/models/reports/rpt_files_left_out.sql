-- The files of the month reported that were not taken, whole, and why: refused, not known, or of another authority.
with found as (

    select findings.la_code, findings.file, findings.finding, findings.reason, findings.next_move as suggested_action
    from {{ ref('stg_ledger__findings') }} as findings
    inner join {{ ref('stg_ledger__reporting') }} as reporting on findings.reporting_month = reporting.view_month
    where
        findings.row_number is null and findings.column_name is null
        and findings.finding not in ('id_reused', 'extra_cells') and not ends_with(findings.finding, '_noted')
    union
    select
        receipts.la_code, receipts.file, 'rejected_file' as finding, receipts.reason,
        'mend the file and send it again under the same name' as suggested_action
    from {{ ref('stg_ledger__receipts') }} as receipts
    inner join {{ ref('stg_ledger__reporting') }} as reporting on receipts.reporting_month = reporting.view_month
    where receipts.status = 'rejected'
    qualify row_number() over (
        partition by receipts.la_code, receipts.return_name, receipts.source_format order by receipts.version desc
    ) = 1

)

select
    coalesce(la_code, '') as la_code,
    file,
    any_value(finding) as finding,
    string_agg(distinct reason, '; ' order by reason) as reason,
    any_value(suggested_action) as suggested_action
from found
group by la_code, file
order by la_code, file
