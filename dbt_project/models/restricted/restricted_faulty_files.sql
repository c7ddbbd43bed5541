-- The files that quality rules judge and find something in: those whose own headers and rows an error report names.
with failing as (

    select distinct struct_extract(places.place, 'content_id') as content_id
    from (select unnest(failing) as place from {{ ref('int_quality__outcomes') }}) as places

)

select distinct
    receipts.content_id, receipts.la_code, receipts.reporting_month, receipts.return_name, receipts.file,
    receipts.source_format
from {{ ref('stg_ledger__receipts') }} as receipts
semi join {{ ref('int_quality__sources') }} as sources on receipts.content_id = sources.content_id
where
    receipts.content_id in (select failing.content_id from failing)
    or (receipts.source_format = 'ssd' and receipts.finding_count > 0)
