{{ config(materialized='view') }}

-- Each period of each indicator and basis as reports draw it: the figure, whether it was revised, and its usual range.
select
    answers.la_code,
    answers.indicator_id,
    answers.period_basis,
    answers.period_end,
    answers.value,
    answers.value_status,
    coalesce(revisions.is_revised, false) as is_revised,
    spc.judged_by,
    spc.phase_start,
    spc.expected,
    spc.mean_moving_range,
    spc.lower_limit,
    spc.upper_limit,
    spc.variation
from {{ ref('fct_indicator_values') }} as answers
left join {{ ref('fct_indicator_spc') }} as spc
    on
        answers.la_code = spc.la_code
        and answers.indicator_id = spc.indicator_id
        and answers.period_basis = spc.period_basis
        and answers.period_end = spc.period_end
left join {{ ref('fct_indicator_revisions') }} as revisions
    on
        answers.la_code = revisions.la_code
        and answers.indicator_id = revisions.indicator_id
        and answers.period_basis = revisions.period_basis
        and answers.period_end = revisions.period_end
        and answers.breakdown_type = revisions.breakdown_type
        and answers.breakdown_value = revisions.breakdown_value
where answers.breakdown_type = 'all'
