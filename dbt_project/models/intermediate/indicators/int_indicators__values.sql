{{ config(materialized='fresh_table') }}

-- Every answer expected as it now stands: what the newest snapshots say of each month. One row for every answer
-- expected.
-- A figure that is in doubt is held: what an earlier sound return of the authority said of the period stands, marked by
-- the month it was reported in (view_month); where none did, the figure is withheld. Either says on what ground.
-- Figures of a month that is still being collected are provisional.
with answers as (

    select *
    from {{ ref('int_indicators__answers') }}
    where edition = 'restated'

),

doubted as (

    select doubted.*, doubts.ground, doubts.ground_sentence, doubts.suggested_action
    from {{ ref('int_gate__doubted') }} as doubted
    inner join {{ ref('int_gate__doubts') }} as doubts on doubted.measure_no = doubts.measure_no
    where doubted.edition = 'restated'

),

since as (

    select periods.*
    from {{ ref('int_periods__since') }} as periods
    inner join {{ ref('stg_ledger__vintages') }} as vintages on periods.vintage_id = vintages.vintage_id
    where vintages.edition = 'restated'

),

-- the newest word before: the last release's, or what the month was first published as
earlier as (

    select
        la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
        numerator, denominator, value, value_status, snapshot_month, view_month, 1 as choice
    from {{ ref('stg_ledger__previous_values') }}
    union all
    select
        la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
        numerator, denominator, value, value_status, view_month as snapshot_month, view_month, 2 as choice
    from {{ ref('int_indicators__first_published') }}

),

kept as (

    select
        earlier.la_code, earlier.indicator_id, earlier.period_basis, earlier.period_end, earlier.breakdown_type,
        earlier.breakdown_value, earlier.numerator, earlier.denominator, earlier.value, earlier.value_status,
        earlier.snapshot_month, earlier.view_month, doubted.ground, doubted.ground_sentence, doubted.suggested_action
    from earlier
    inner join doubted
        on
            earlier.la_code = doubted.la_code
            and earlier.indicator_id = doubted.indicator_id
            and earlier.period_basis = doubted.period_basis
            and earlier.period_end = doubted.period_end
            and earlier.breakdown_type = doubted.breakdown_type
            and earlier.breakdown_value = doubted.breakdown_value
    where
        earlier.value_status in ('calculated', 'reported', 'derived', 'no_cases', 'no_population')
        -- the month that an earlier one began with may be another
        and earlier.period_basis <> 'since'
    qualify row_number() over (
        partition by
            earlier.la_code, earlier.indicator_id, earlier.period_basis, earlier.period_end, earlier.breakdown_type,
            earlier.breakdown_value
        order by earlier.choice
    ) = 1

),

given as (

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
        null::varchar as ground,
        null::varchar as ground_sentence,
        -- a total of which months are missing says how many are there, and what to do
        case
            when
                answers.value_status in ('not_submitted', 'insufficient_history')
                and derived.months_known < derived.months_needed
                then
                    'add the totals of the months that are missing to indicator_returns: ' || derived.months_known
                    || ' of the ' || derived.months_needed || ' that make the figure are there'
        end as suggested_action
    from answers
    left join {{ ref('int_indicators__derived') }} as derived
        on
            answers.vintage_id = derived.vintage_id
            and answers.indicator_id = derived.indicator_id
            and answers.period_basis = derived.period_basis
            and answers.month_number = derived.month_number
            and answers.breakdown_type = 'all'
    anti join doubted
        on
            answers.la_code = doubted.la_code
            and answers.indicator_id = doubted.indicator_id
            and answers.period_basis = doubted.period_basis
            and answers.period_end = doubted.period_end
            and answers.breakdown_type = doubted.breakdown_type
            and answers.breakdown_value = doubted.breakdown_value
    union all by name
    select * from kept
    union all by name
    select
        doubted.la_code, doubted.indicator_id, doubted.period_basis, doubted.period_end, doubted.breakdown_type,
        doubted.breakdown_value, null::double as numerator, null::double as denominator, null::double as value,
        'withheld' as value_status, null::varchar as snapshot_month, doubted.view_month, doubted.ground,
        doubted.ground_sentence, doubted.suggested_action
    from doubted
    anti join kept
        on
            doubted.la_code = kept.la_code
            and doubted.indicator_id = kept.indicator_id
            and doubted.period_basis = kept.period_basis
            and doubted.period_end = kept.period_end
            and doubted.breakdown_type = kept.breakdown_type
            and doubted.breakdown_value = kept.breakdown_value
    -- what is withheld names no teams
    where doubted.breakdown_type <> 'invo_professional_team'

)

select
    given.la_code,
    given.indicator_id,
    given.period_basis,
    given.period_end,
    case
        when given.period_basis <> 'point_in_time' then coalesce(since.period_start, periods.period_start)
    end as period_start,
    given.breakdown_type,
    given.breakdown_value,
    given.numerator,
    given.denominator,
    given.value,
    -- what can be worked out while returns are still to come is said to be no more than that
    case
        when
            months.month_state = 'collecting'
            and given.value_status in ('calculated', 'reported', 'derived', 'no_cases')
            then 'provisional'
        else given.value_status
    end as value_status,
    given.snapshot_month,
    given.view_month,
    given.ground,
    given.ground_sentence,
    given.suggested_action,
    months.month_state
from given
left join {{ ref('stg_ledger__month_states') }} as months
    on given.la_code = months.la_code and given.period_end = months.period_end
left join {{ ref('dim_period') }} as periods
    on given.period_basis = periods.period_basis and given.period_end = periods.period_end
left join since
    on
        given.la_code = since.la_code
        and given.indicator_id = since.indicator_id
        and given.period_basis = since.period_basis
        and given.period_end = since.period_end
order by
    given.la_code, given.indicator_id, given.period_basis, given.period_end, given.breakdown_type, given.breakdown_value
