{{ config(materialized='table') }}

-- Each month's answers as they were, or now will be, first published; what has been published stands. What is held is
-- first published as held.
with views as (

    select *
    from {{ source('ledger', 'views') }}
    where is_first_published

),

newly_published as (

    select answers.*, doubted.measure_no is not null as is_held
    from {{ ref('int_indicators__answers') }} as answers
    inner join views on answers.view_id = views.view_id
    left join {{ ref('int_gate__doubted') }} as doubted
        on
            answers.view_id = doubted.view_id
            and answers.indicator_id = doubted.indicator_id
            and answers.period_basis = doubted.period_basis
            and answers.month_number = doubted.month_number
            and answers.breakdown_type = doubted.breakdown_type
            and answers.breakdown_value = doubted.breakdown_value
    where answers.month_number = {{ month_number_of_text('views.view_month') }}

),

-- a month that its own late return answers anew is not answered twice
replaced as (

    select distinct la_code, view_month from views

)

select
    la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
    case when not is_held then numerator end as numerator,
    case when not is_held then denominator end as denominator,
    case when not is_held then value end as value,
    case when is_held then 'withheld' else value_status end as value_status,
    view_month, true as is_new
from newly_published
where
    value_status <> 'not_submitted'
    -- what is withheld names no teams
    and not (is_held and breakdown_type = 'invo_professional_team')
union all
select
    published.la_code, published.indicator_id, published.period_basis, published.period_end,
    published.breakdown_type, published.breakdown_value,
    published.numerator, published.denominator, published.value, published.value_status, published.view_month,
    false as is_new
from {{ source('ledger', 'first_published') }} as published
anti join replaced
    on published.la_code = replaced.la_code and published.view_month = replaced.view_month
where published.view_month <= (select reporting.view_month from {{ source('ledger', 'reporting') }} as reporting)
