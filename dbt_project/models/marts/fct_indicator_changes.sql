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
        answers.value_status, answers.numerator, answers.denominator, answers.value, answers.month_state
    from {{ ref('fct_indicator_values') }} as answers
    cross join {{ ref('stg_ledger__previous_release') }} as previous_release
    left join {{ ref('stg_ledger__previous_values') }} as earlier
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
        -- nor is a period that may begin with another month than it did
        and answers.period_basis <> 'since'
        and (
            (
                answers.value_status <> coalesce(earlier.value_status, 'not_submitted')
                -- that a month is no longer collected, or is again, changes no figure of it
                and 'provisional' not in (answers.value_status, coalesce(earlier.value_status, 'not_submitted'))
            )
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

-- many indicators are read from the same returns
read_alike as (

    select indicator_id, string_agg(return_name, ' ' order by return_name) as returns
    from read_from
    group by indicator_id

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

    select
        moved.la_code, moved.return_name, moved.cause, periods.period_basis, periods.period_end,
        moved.return_name || ' ' || min(moved.reporting_month)
        || case
            when min(moved.reporting_month) = max(moved.reporting_month) then ' version ' || max(moved.version)
            else ' to ' || max(moved.reporting_month)
        end as note
    from moved
    inner join {{ ref('dim_period') }} as periods
        on
            (
                moved.history = 'state'
                and moved.month_number between periods.first_month_number and periods.month_number
            )
            or (moved.history = 'rows' and moved.month_number >= periods.first_month_number)
            or (moved.history in ('event', 'lookup', 'with_return') and moved.is_newest)
    group by moved.la_code, moved.return_name, moved.cause, periods.period_basis, periods.period_end

),

of_returns as (

    select
        by_return.la_code, alike.returns, by_return.period_basis, by_return.period_end,
        string_agg(distinct by_return.cause, ', ' order by by_return.cause) as causes,
        string_agg(by_return.note, ', ' order by by_return.note) as cause_note
    from (select distinct returns, {{ each_word('returns') }} as return_name from read_alike) as alike
    inner join by_return on alike.return_name = by_return.return_name
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
    from {{ ref('stg_ledger__previous_release') }}

)

select
    changed.la_code, changed.indicator_id, changed.period_basis, changed.period_end,
    changed.breakdown_type, changed.breakdown_value,
    changed.previous_release,
    changed.previous_numerator, changed.previous_denominator, changed.previous_value, changed.previous_value_status,
    changed.numerator, changed.denominator, changed.value, changed.value_status,
    coalesce(nullif(concat_ws(', ', of_returns.causes, nullif(grounds.causes, '')), ''), 'unexplained') as causes,
    coalesce(of_returns.cause_note, '') as cause_note,
    changed.month_state
from changed
cross join grounds
inner join read_alike on changed.indicator_id = read_alike.indicator_id
left join of_returns
    on
        changed.la_code = of_returns.la_code
        and read_alike.returns = of_returns.returns
        and changed.period_basis = of_returns.period_basis
        and changed.period_end = of_returns.period_end
order by
    changed.la_code, changed.indicator_id, changed.period_basis, changed.period_end,
    changed.breakdown_type, changed.breakdown_value
