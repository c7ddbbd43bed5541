-- Figures that exist only as totals, as the authority printed them; from every month that a vintage may read it from.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    {{ month_number_of_text('source_month') }} as source_month_number,
    as_at_date,
    indicator_id,
    period_basis,
    period_end,
    breakdown,
    numerator,
    denominator,
    value,
    source_note
from {{ source('returns', 'indicator_returns') }}
