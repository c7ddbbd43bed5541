{{ config(materialized='fresh_table') }}

-- Each answer that would be given and is not: one row for an answer, with the first of its doubts. What is not there to
-- be given is not held: it says of itself why it is not.
select
    answers.vintage_id,
    answers.la_code,
    answers.indicator_id,
    answers.period_basis,
    answers.period_end,
    answers.month_number,
    answers.breakdown_type,
    answers.breakdown_value,
    answers.view_month,
    answers.edition,
    held.measure_no,
    count(*) over figure as doubt_count
from {{ ref('int_indicators__answers') }} as answers
inner join {{ ref('int_gate__held') }} as held
    on
        answers.vintage_id = held.vintage_id
        and answers.indicator_id = held.indicator_id
        and answers.period_basis = held.period_basis
        and answers.month_number = held.month_number
        and coalesce(answers.breakdown_value = held.breakdown_value, true)
inner join {{ ref('int_gate__doubts') }} as doubts on held.measure_no = doubts.measure_no
where
    (answers.value_status in ('calculated', 'no_cases', 'no_population') and held.is_of_itself)
    or (answers.value_status = 'derived' and held.is_by_months)
    or (
        answers.value_status in ('reported', 'derived') and held.is_of_itself
        and (doubts.ground = 'contradiction' or doubts.return_name = 'indicator_returns')
    )
window
    figure as (
        partition by
            answers.vintage_id, answers.indicator_id, answers.period_basis, answers.month_number,
            answers.breakdown_type, answers.breakdown_value
    )
qualify row_number() over (figure order by held.priority, held.measure_no) = 1
