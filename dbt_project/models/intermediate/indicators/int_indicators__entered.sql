{{ config(materialized='fresh_table') }}

-- The line of each total sent, as each vintage knows it: for each period that of the newest month that has one.
select
    returns.vintage_id,
    returns.indicator_id,
    returns.period_basis,
    {{ month_number('returns.period_end') }} as month_number,
    returns.numerator::double as numerator,
    returns.denominator::double as denominator,
    returns.value::double as value,
    returns.source_note
from {{ ref('stg_returns__indicator_returns') }} as returns
where
    returns.breakdown = 'all'
    and returns.period_end = last_day(returns.period_end)
    and returns.source_month_number >= {{ month_number('returns.period_end') }}
qualify row_number() over (
    partition by returns.vintage_id, returns.indicator_id, returns.period_basis, returns.period_end
    order by returns.source_month_number desc
) = 1
