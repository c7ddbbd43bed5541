-- The first day from which each return is complete; from each month that a vintage reads another return from.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    {{ month_number_of_text('source_month') }} as source_month_number,
    as_at_date,
    source_format,
    return_name,
    history_from
from {{ source('returns', 'extract_coverage') }}
