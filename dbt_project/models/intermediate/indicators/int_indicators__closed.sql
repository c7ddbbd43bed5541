{{ config(materialized='fresh_table') }}

-- Figures as they stood when a month was closed: those of the month, in every basis; and those of the months before it
-- in the basis that the public edition prints, where the closing speaks for them. What has been kept stands. What is
-- held is closed as held. What is counted since a named month is not closed: the month may be named anew.
with newly_closed as (

    select closings.*, {{ month_number_of_text('closings.view_month') }} as month_number
    from {{ ref('stg_ledger__closings') }} as closings
    where closings.vintage_id is not null

),

printed as (

    select
        indicator_id,
        headline_basis as period_basis
    from {{ ref('dim_indicator') }}

)

select
    closings.event_id, closings.view_month,
    answers.la_code, answers.indicator_id, answers.period_basis, answers.period_end,
    answers.breakdown_type, answers.breakdown_value,
    case when doubted.measure_no is null then answers.numerator end as numerator,
    case when doubted.measure_no is null then answers.denominator end as denominator,
    case when doubted.measure_no is null then answers.value end as value,
    case when doubted.measure_no is null then answers.value_status else 'withheld' end as value_status,
    true as is_new
from {{ ref('int_indicators__answers') }} as answers
inner join newly_closed as closings on answers.vintage_id = closings.vintage_id
inner join printed on answers.indicator_id = printed.indicator_id
left join {{ ref('int_gate__doubted') }} as doubted
    on
        answers.vintage_id = doubted.vintage_id
        and answers.indicator_id = doubted.indicator_id
        and answers.period_basis = doubted.period_basis
        and answers.month_number = doubted.month_number
        and answers.breakdown_type = doubted.breakdown_type
        and answers.breakdown_value = doubted.breakdown_value
left join {{ ref('stg_ledger__month_states') }} as months
    on answers.la_code = months.la_code and answers.period_end = months.period_end
where
    (closings.needs_month and answers.month_number = closings.month_number and answers.period_basis <> 'since')
    or (
        closings.needs_history
        and answers.month_number < closings.month_number
        and answers.period_basis = printed.period_basis
        and months.month_state is distinct from 'history'  -- never published, and no closing publishes it
    )
union all
select
    event_id, view_month, la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
    numerator, denominator, value, value_status, false as is_new
from {{ ref('stg_ledger__closed_figures') }}
