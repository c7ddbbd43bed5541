-- Figures of a month that was opened again and closed again, as they stood at each later closing.
select
    closed.la_code,
    closed.indicator_id,
    closed.period_basis,
    closed.period_end,
    closed.breakdown_type,
    closed.breakdown_value,
    closings.closing_number,
    closed.numerator,
    closed.denominator,
    closed.value,
    closed.value_status
from {{ ref('int_indicators__closed') }} as closed
inner join {{ ref('stg_ledger__closings') }} as closings on closed.event_id = closings.event_id
where closings.closing_number > 1 and closed.period_end = {{ month_end_of_text('closed.view_month') }}
order by
    closed.la_code, closed.indicator_id, closed.period_basis, closed.period_end,
    closed.breakdown_type, closed.breakdown_value, closings.closing_number
