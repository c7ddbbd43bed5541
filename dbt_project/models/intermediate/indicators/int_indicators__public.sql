{{ config(materialized='fresh_table') }}

-- The figures that the public edition is made from: those of months that are final, each as it stood at the newest
-- closing that speaks for it and stands. Nothing of a month that is collecting, provisional or reopened is here.
with spoken_for as (

    select distinct closed.la_code, closed.period_end, closed.event_id
    from {{ ref('int_indicators__closed') }} as closed
    inner join {{ ref('stg_ledger__closings') }} as closings on closed.event_id = closings.event_id
    where closings.is_standing

),

chosen as (

    select spoken_for.*
    from spoken_for
    inner join {{ ref('stg_ledger__month_states') }} as months
        on spoken_for.la_code = months.la_code and spoken_for.period_end = months.period_end
    where months.month_state = 'final'
    qualify row_number() over (
        partition by spoken_for.la_code, spoken_for.period_end order by spoken_for.event_id desc
    ) = 1

)

select
    closed.la_code, closed.indicator_id, closed.period_basis, closed.period_end,
    closed.breakdown_type, closed.breakdown_value,
    closed.numerator, closed.denominator, closed.value, closed.value_status
from {{ ref('int_indicators__closed') }} as closed
inner join chosen
    on closed.event_id = chosen.event_id and closed.la_code = chosen.la_code and closed.period_end = chosen.period_end
