-- Every answer owed as it now stands: what the newest snapshots say of each month. One row for every answer owed.
-- Where the quality gate withholds an authority, its last published figures stay, marked by the month they were
-- reported in (view_month); what it has not published yet is withheld. Figures of a month that is still being collected
-- are provisional.
with answers as (

    select *
    from {{ ref('int_indicators__answers') }}
    where edition = 'restated'

),

last_published as (

    select
        published.la_code, published.indicator_id, published.period_basis, published.period_end,
        published.breakdown_type, published.breakdown_value, published.numerator, published.denominator,
        published.value, published.value_status, published.snapshot_month, published.view_month
    from {{ source('ledger', 'previous_values') }} as published
    cross join {{ source('ledger', 'reporting') }} as reporting
    inner join {{ ref('int_quality__withheld') }} as withheld on published.la_code = withheld.la_code
    where
        published.value_status <> 'withheld'
        and published.period_end <= last_day((reporting.view_month || '-01')::date)

),

withheld as (

    select answers.*
    from answers
    inner join {{ ref('int_quality__withheld') }} as withheld on answers.la_code = withheld.la_code
    anti join last_published
        on
            answers.la_code = last_published.la_code
            and answers.indicator_id = last_published.indicator_id
            and answers.period_basis = last_published.period_basis
            and answers.period_end = last_published.period_end
            and answers.breakdown_type = last_published.breakdown_type
            and answers.breakdown_value = last_published.breakdown_value
    -- what is withheld names no teams
    where answers.breakdown_type <> 'invo_professional_team'

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
        answers.view_month
    from answers
    anti join {{ ref('int_quality__withheld') }} as withheld on answers.la_code = withheld.la_code
    union all by name
    select
        la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
        numerator, denominator, value, value_status, snapshot_month, view_month
    from last_published
    union all by name
    select
        la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value,
        null::double as numerator, null::double as denominator, null::double as value,
        'withheld' as value_status, null::varchar as snapshot_month, view_month
    from withheld

)

select
    given.la_code,
    given.indicator_id,
    given.period_basis,
    given.period_end,
    given.breakdown_type,
    given.breakdown_value,
    given.numerator,
    given.denominator,
    given.value,
    -- what can be worked out while returns are still to come is said to be no more than that
    case
        when
            months.month_state = 'collecting' and given.value_status in ('calculated', 'reported', 'no_cases')
            then 'provisional'
        else given.value_status
    end as value_status,
    given.snapshot_month,
    given.view_month,
    months.month_state
from given
left join {{ ref('fct_month_status') }} as months
    on given.la_code = months.la_code and given.period_end = months.period_end
order by
    given.la_code, given.indicator_id, given.period_basis, given.period_end, given.breakdown_type, given.breakdown_value
