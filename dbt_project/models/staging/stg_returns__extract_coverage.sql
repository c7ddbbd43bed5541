-- The first day from which each return is complete; from each month that a vintage reads another return from.
select
    sources.vintage_id,
    {{ month_number_of_text('sources.source_month') }} as source_month_number,
    sources.as_at_date,
    sources.source_format,
    extract_coverage.return_name,
    extract_coverage.history_from
from {{ source('returns', 'extract_coverage') }} as extract_coverage
inner join {{ source('ledger', 'sources') }} as sources on extract_coverage.content_id = sources.content_id
