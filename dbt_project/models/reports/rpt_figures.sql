{{ config(materialized='view') }}

-- Each figure as it now stands beside what was first published of it.
select
    answers.la_code,
    answers.indicator_id,
    answers.period_basis,
    answers.period_end,
    answers.breakdown_type,
    answers.breakdown_value,
    answers.numerator,
    answers.denominator,
    answers.value,
    answers.value_status,
    answers.snapshot_month,
    answers.view_month,
    answers.ground,
    answers.ground_sentence,
    answers.suggested_action,
    answers.month_state,
    revisions.first_value,
    revisions.first_value_status
from {{ ref('fct_indicator_values') }} as answers
left join {{ ref('fct_indicator_revisions') }} as revisions
    on
        answers.la_code = revisions.la_code
        and answers.indicator_id = revisions.indicator_id
        and answers.period_basis = revisions.period_basis
        and answers.period_end = revisions.period_end
        and answers.breakdown_type = revisions.breakdown_type
        and answers.breakdown_value = revisions.breakdown_value
