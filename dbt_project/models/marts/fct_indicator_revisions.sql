-- Each figure as first published beside the same figure as it now stands, of months that have been closed: the first
-- closing is the first publication.
with months as (

    select distinct la_code, period_end from {{ ref('int_indicators__first_published') }}

)

select
    answers.la_code,
    answers.indicator_id,
    answers.period_basis,
    answers.period_end,
    answers.breakdown_type,
    answers.breakdown_value,
    published.numerator as first_numerator,
    published.denominator as first_denominator,
    published.value as first_value,
    coalesce(published.value_status, 'not_submitted') as first_value_status,
    answers.numerator as restated_numerator,
    answers.denominator as restated_denominator,
    answers.value as restated_value,
    answers.value_status as restated_value_status,
    answers.value - published.value as value_change,
    (
        answers.value is distinct from published.value
        or answers.numerator is distinct from published.numerator
        or answers.denominator is distinct from published.denominator
        or answers.value_status <> coalesce(published.value_status, 'not_submitted')
    ) as is_revised,
    answers.month_state
from {{ ref('fct_indicator_values') }} as answers
inner join months on answers.la_code = months.la_code and answers.period_end = months.period_end
left join {{ ref('int_indicators__first_published') }} as published
    on
        answers.la_code = published.la_code
        and answers.indicator_id = published.indicator_id
        and answers.period_basis = published.period_basis
        and answers.period_end = published.period_end
        and answers.breakdown_type = published.breakdown_type
        and answers.breakdown_value = published.breakdown_value
where
    answers.period_basis <> 'since'
    and (
        answers.value_status not in ('not_submitted', 'withheld')
        or coalesce(published.value_status, 'not_submitted') <> 'not_submitted'
    )
order by
    answers.la_code, answers.indicator_id, answers.period_basis, answers.period_end,
    answers.breakdown_type, answers.breakdown_value
