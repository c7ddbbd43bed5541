-- Every version of every return received, and a line for each return of a month that did not come.
with months as (

    select distinct la_code, month_number, strftime(period_end, '%Y-%m') as reporting_month
    from {{ ref('int_periods__expected') }}
    where not is_from_history  -- of these nothing was to come

),

received as (

    select * from {{ ref('stg_ledger__receipts') }}

)

select
    months.la_code,
    months.reporting_month,
    formats.return_name,
    coalesce(received.version, 0)::int as version,
    coalesce(received.source_format, 'none') as source_format,
    coalesce(received.status, 'not_submitted') as submission_status,
    coalesce(received.is_current, false) as is_current,
    received.file,
    received.sha256,
    received.row_count::bigint as row_count,
    received.kept_count::bigint as kept_count,
    received.finding_count::bigint as finding_count,
    coalesce(received.repeat_count, 0)::bigint as repeat_count,
    received.reason,
    states.month_state,
    required.return_name is not null as is_required
from months
cross join {{ ref('stg_ledger__return_formats') }} as formats
left join received
    on
        months.la_code = received.la_code
        and months.reporting_month = received.reporting_month
        and formats.return_name = received.return_name
left join {{ ref('stg_ledger__required_returns') }} as required
    on
        months.la_code = required.la_code
        and months.reporting_month = required.reporting_month
        and formats.return_name = required.return_name
left join {{ ref('fct_month_status') }} as states
    on months.la_code = states.la_code and months.reporting_month = states.reporting_month
order by months.la_code, months.reporting_month, formats.return_name, version
