-- Figures that exist only as totals, as the authority printed them; from every month that a vintage may read it from.
select
    sources.vintage_id,
    {{ month_number_of_text('sources.source_month') }} as source_month_number,
    sources.as_at_date,
    indicator_returns.indicator_id,
    indicator_returns.period_basis,
    indicator_returns.period_end,
    indicator_returns.breakdown,
    indicator_returns.numerator,
    indicator_returns.denominator,
    indicator_returns.value,
    indicator_returns.source_note
from {{ source('returns', 'indicator_returns') }} as indicator_returns
inner join {{ source('ledger', 'sources') }} as sources on indicator_returns.content_id = sources.content_id
