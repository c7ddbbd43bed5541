-- Each figure that the release before gave otherwise, with what has moved under it since.
with changed as (

    select
        answers.la_code, answers.indicator_id, answers.period_basis, answers.period_end,
        answers.breakdown_type, answers.breakdown_value,
        previous_release.release as previous_release,
        coalesce(earlier.value_status, 'not_submitted') as previous_value_status,
        earlier.numerator as previous_numerator,
        earlier.denominator as previous_denominator,
        earlier.value as previous_value,
        answers.value_status, answers.numerator, answers.denominator, answers.value,
        {{ month_number('answers.period_end') }} as month_number
    from {{ ref('fct_indicator_values') }} as answers
    cross join {{ source('ledger', 'previous_release') }} as previous_release
    left join {{ source('ledger', 'previous_values') }} as earlier
        on
            answers.la_code = earlier.la_code
            and answers.indicator_id = earlier.indicator_id
            and answers.period_basis = earlier.period_basis
            and answers.period_end = earlier.period_end
            and answers.breakdown_type = earlier.breakdown_type
            and answers.breakdown_value = earlier.breakdown_value
    where
        -- a month that the release before did not report is new, not changed
        strftime(answers.period_end, '%Y-%m') <= previous_release.view_month
        and (
            answers.value_status <> coalesce(earlier.value_status, 'not_submitted')
            or answers.value is distinct from earlier.value
            or answers.numerator is distinct from earlier.numerator
            or answers.denominator is distinct from earlier.denominator
        )

),

-- the return that dates the history is behind every answer
read_from as (

    select indicator_id, {{ each_word('returns_required') }} as return_name from {{ ref('dim_indicator') }}
    union
    select indicator_id, {{ each_word('returns_optional') }} as return_name from {{ ref('dim_indicator') }}
    union
    select indicator_id, 'extract_coverage' as return_name from {{ ref('dim_indicator') }}
    union
    select indicator_id, 'indicator_returns' as return_name from {{ ref('dim_indicator') }}

),

moved as (

    select
        returns.*,
        -- an event or lookup return is read from its newest snapshot
        row_number() over (
            partition by returns.la_code, returns.return_name order by returns.month_number desc
        ) = 1 as is_newest
    from {{ ref('int_changes__returns') }} as returns

),

by_return as (

    select distinct
        changed.la_code, changed.indicator_id, changed.period_basis, changed.period_end, changed.breakdown_value,
        moved.cause, moved.cause_note
    from changed
    inner join read_from on changed.indicator_id = read_from.indicator_id
    inner join moved on changed.la_code = moved.la_code and read_from.return_name = moved.return_name
    inner join {{ ref('dim_period') }} as periods
        on changed.period_basis = periods.period_basis and changed.month_number = periods.month_number
    where
        (moved.history = 'state' and moved.month_number between periods.first_month_number and periods.month_number)
        or (moved.history = 'rows' and moved.month_number >= periods.first_month_number)
        or (moved.history in ('event', 'lookup', 'with_return') and moved.is_newest)

),

of_returns as (

    select
        la_code, indicator_id, period_basis, period_end, breakdown_value,
        string_agg(distinct cause, ', ' order by cause) as causes,
        string_agg(distinct cause_note, ', ' order by cause_note) as cause_note
    from by_return
    group by all

),

grounds as (

    select
        concat_ws(
            ', ',
            case when not is_same_code_lists_sha256 then 'code_list_change' end,
            case when not is_same_definitions_sha256 then 'definition_change' end,
            case when not is_same_reference_sha256 then 'reference_change' end
        ) as causes
    from {{ source('ledger', 'previous_release') }}

)

select
    changed.la_code, changed.indicator_id, changed.period_basis, changed.period_end,
    changed.breakdown_type, changed.breakdown_value,
    changed.previous_release,
    changed.previous_numerator, changed.previous_denominator, changed.previous_value, changed.previous_value_status,
    changed.numerator, changed.denominator, changed.value, changed.value_status,
    coalesce(nullif(concat_ws(', ', of_returns.causes, nullif(grounds.causes, '')), ''), 'unexplained') as causes,
    coalesce(of_returns.cause_note, '') as cause_note
from changed
cross join grounds
left join of_returns
    on
        changed.la_code = of_returns.la_code
        and changed.indicator_id = of_returns.indicator_id
        and changed.period_basis = of_returns.period_basis
        and changed.period_end = of_returns.period_end
        and changed.breakdown_value = of_returns.breakdown_value
order by
    changed.la_code, changed.indicator_id, changed.period_basis, changed.period_end,
    changed.breakdown_type, changed.breakdown_value
