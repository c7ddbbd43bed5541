{{ config(materialized='table') }}

-- Each month's answers as they were, or now will be, first published; what has been published stands. What the quality
-- gate withholds is not published.
with views as (

    select views.*
    from {{ source('ledger', 'views') }} as views
    anti join {{ ref('int_quality__withheld') }} as withheld on views.la_code = withheld.la_code
    where views.is_first_published

),

newly_published as (

    select answers.*
    from {{ ref('int_indicators__answers') }} as answers
    inner join views on answers.view_id = views.view_id
    where answers.month_number = {{ month_number_of_text('views.view_month') }}

),

-- a month that its own late return answers anew is not answered twice
replaced as (

    select distinct la_code, view_month from views

)

select
    la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
    numerator, denominator, value, value_status, view_month, true as is_new
from newly_published
where value_status <> 'not_submitted'
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
