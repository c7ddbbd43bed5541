{{ config(materialized='fresh_table') }}

-- Each return and month that this release reads otherwise than the one before, and how it came to be.
with now as (

    select la_code, reporting_month, return_name, source_format, version::int as version, sha256
    from {{ ref('stg_ledger__receipts') }}
    where is_current

),

earlier as (

    select la_code, reporting_month, return_name, source_format, version, sha256
    from {{ ref('stg_ledger__previous_submissions') }}
    where is_current

)

select
    now.la_code,
    now.return_name,
    formats.history,
    now.reporting_month,
    now.version,
    {{ month_number_of_text('now.reporting_month') }} as month_number,
    case
        when now.reporting_month > previous_release.view_month then 'newer_extract'
        when earlier.sha256 is null then 'late_return'
        when earlier.sha256 = now.sha256 then 'read_anew'
        else 'resubmission'
    end as cause
from now
cross join {{ ref('stg_ledger__previous_release') }} as previous_release
inner join {{ ref('stg_ledger__return_formats') }} as formats on now.return_name = formats.return_name
left join earlier
    on
        now.la_code = earlier.la_code
        and now.reporting_month = earlier.reporting_month
        and now.return_name = earlier.return_name
where
    earlier.sha256 is null
    or now.version <> earlier.version
    or now.source_format <> earlier.source_format
