-- What the suite of the marts judges: by authority, status, and whether there is a value and a ground.
with answers as (

    select figures.*, indicators.unit, indicators.can_be_negative, indicators.can_exceed_whole
    from {{ ref('fct_indicator_values') }} as figures
    inner join {{ ref('dim_indicator') }} as indicators on figures.indicator_id = indicators.indicator_id

),

expected as (

    select la_code, count(*) as expected_answers
    from ({{ periods_owed() }}) as owed
    group by la_code

),

totals as (

    select
        la_code,
        count(*) as answers,
        count(distinct row(indicator_id, period_basis, period_end)) as distinct_answers
    from answers
    where breakdown_type = 'all'
    group by la_code

),

accepted as (

    select submissions.la_code, count(*) as returns_of_authority
    from {{ ref('fct_submissions') }} as submissions
    inner join {{ ref('stg_ledger__reporting') }} as reporting on submissions.reporting_month = reporting.view_month
    where submissions.submission_status = 'accepted'
    group by submissions.la_code

),

accepted_of_all as (

    select sum(returns_of_authority) as returns_of_month
    from accepted

)

select
    row_number() over (
        order by answers.la_code, answers.value_status, answers.value is not null, answers.ground is not null
    )::int as row_no,
    answers.la_code,
    answers.value_status,
    answers.value is not null as has_value,
    answers.ground is not null as has_ground,
    any_value(totals.answers) as answers,
    any_value(totals.distinct_answers) as distinct_answers,
    any_value(expected.expected_answers) as expected_answers,
    max(answers.value) filter (
        where answers.unit = 'percent'
        and not answers.can_exceed_whole
    ) as largest_share,
    min(answers.numerator) filter (
        where answers.unit in ('count', 'fte') and not answers.can_be_negative
    ) as smallest_count,
    coalesce(any_value(accepted.returns_of_authority), 0) as returns_of_authority,
    coalesce(any_value(accepted_of_all.returns_of_month), 0) as returns_of_month
from answers
cross join accepted_of_all
left join totals on answers.la_code = totals.la_code
left join expected on answers.la_code = expected.la_code
left join accepted on answers.la_code = accepted.la_code
group by answers.la_code, answers.value_status, has_value, has_ground
