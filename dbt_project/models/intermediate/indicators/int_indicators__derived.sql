{{ config(materialized='fresh_table') }}

-- Figures that follow from others where some of these were sent as totals: a longer period from its months, plans
-- started less ended, children looked after at its end less those on the day before it. Where months are missing there
-- is no figure, and the row says how many. It stands where neither records nor an entry give the figure.
with spans as (

    select expected.vintage_id, periods.period_basis, periods.month_number, periods.first_month_number
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('dim_period') }} as periods
        on
            expected.month_number = periods.month_number
            and periods.period_basis not in ('point_in_time', 'since')

),

since as (

    select vintage_id, indicator_id, period_basis, month_number, first_month_number
    from {{ ref('int_periods__since') }}

),

covered as (

    select
        months.vintage_id, months.indicator_id, spans.period_basis, spans.month_number, spans.first_month_number,
        months.numerator, months.denominator
    from {{ ref('int_indicators__known_months') }} as months
    inner join {{ ref('dim_indicator') }} as indicators
        on months.indicator_id = indicators.indicator_id and indicators.kind = 'flow'
    inner join spans
        on
            months.vintage_id = spans.vintage_id
            and months.month_number between spans.first_month_number and spans.month_number
            and list_contains(string_split(indicators.bases, ' '), spans.period_basis)
    union all
    select
        months.vintage_id, months.indicator_id, since.period_basis, since.month_number, since.first_month_number,
        months.numerator, months.denominator
    from {{ ref('int_indicators__known_months') }} as months
    inner join since
        on
            months.vintage_id = since.vintage_id
            and months.indicator_id = since.indicator_id
            and months.month_number between since.first_month_number and since.month_number

),

added as (

    select
        vintage_id, indicator_id, period_basis, month_number, first_month_number,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as months_known,
        month_number - first_month_number + 1 as months_needed
    from covered
    group by vintage_id, indicator_id, period_basis, month_number, first_month_number

),

-- the periods of net changes of plans: from a named month, from that of the change itself
of_plans as (

    select * from spans
    union all
    select vintage_id, period_basis, month_number, first_month_number from since
    where indicator_id = 'cp_net_change'

),

-- plans started and ended in a period, as entered for it or else added up
plans as (

    select *
    from (
        select
            entered.vintage_id, entered.indicator_id, entered.period_basis, entered.month_number,
            coalesce(entered.numerator, entered.value) as numerator, true as is_entered
        from {{ ref('int_indicators__entered') }} as entered
        inner join of_plans
            on
                entered.vintage_id = of_plans.vintage_id
                and entered.period_basis = of_plans.period_basis
                and entered.month_number = of_plans.month_number
        left join since
            on
                entered.vintage_id = since.vintage_id
                and entered.indicator_id = since.indicator_id
                and entered.period_basis = since.period_basis
                and entered.month_number = since.month_number
        where
            entered.indicator_id in ('cp_started', 'cp_ended')
            and coalesce(entered.numerator, entered.value) is not null
            and (entered.period_basis <> 'since' or since.first_month_number = of_plans.first_month_number)
        union all
        select
            months.vintage_id, months.indicator_id, of_plans.period_basis, of_plans.month_number,
            sum(months.numerator) as numerator, false as is_entered
        from {{ ref('int_indicators__known_months') }} as months
        inner join of_plans
            on
                months.vintage_id = of_plans.vintage_id
                and months.month_number between of_plans.first_month_number and of_plans.month_number
        where months.indicator_id in ('cp_started', 'cp_ended')
        group by
            months.vintage_id, months.indicator_id, of_plans.period_basis, of_plans.month_number,
            of_plans.first_month_number
        having count(*) = of_plans.month_number - of_plans.first_month_number + 1
    ) as both_ways
    qualify row_number() over (
        partition by vintage_id, indicator_id, period_basis, month_number order by is_entered desc
    ) = 1

),

net_changes as (

    select
        'cp_net_change' as indicator_id, of_plans.*,
        started.numerator - ended.numerator as numerator
    from of_plans
    inner join plans as started
        on
            of_plans.vintage_id = started.vintage_id
            and of_plans.period_basis = started.period_basis
            and of_plans.month_number = started.month_number
            and started.indicator_id = 'cp_started'
    inner join plans as ended
        on
            of_plans.vintage_id = ended.vintage_id
            and of_plans.period_basis = ended.period_basis
            and of_plans.month_number = ended.month_number
            and ended.indicator_id = 'cp_ended'
    anti join added
        on
            of_plans.vintage_id = added.vintage_id
            and of_plans.period_basis = added.period_basis
            and of_plans.month_number = added.month_number
            and added.indicator_id = 'cp_net_change'
            -- a month is no sum: an entry of it is set beside what started and ended
            and added.period_basis <> 'month'
            and added.months_known = added.months_needed
    union all
    select
        'cla_net_change' as indicator_id, spans.*,
        at_end.numerator - at_start.numerator as numerator
    from spans
    inner join {{ ref('int_indicators__known_months') }} as at_end
        on
            spans.vintage_id = at_end.vintage_id
            and spans.month_number = at_end.month_number
            and at_end.indicator_id = 'cla_open'
    inner join {{ ref('int_indicators__known_months') }} as at_start
        on
            spans.vintage_id = at_start.vintage_id
            and spans.first_month_number - 1 = at_start.month_number
            and at_start.indicator_id = 'cla_open'

)

select
    added.vintage_id, added.indicator_id, added.period_basis, added.month_number, added.first_month_number,
    case when added.months_known = added.months_needed then added.numerator end as numerator,
    case when added.months_known = added.months_needed then added.denominator end as denominator,
    added.months_known, added.months_needed
from added
anti join net_changes
    on
        added.vintage_id = net_changes.vintage_id
        and added.indicator_id = net_changes.indicator_id
        and added.period_basis = net_changes.period_basis
        and added.month_number = net_changes.month_number
union all by name
select
    vintage_id, indicator_id, period_basis, month_number, first_month_number, numerator, null::double as denominator,
    month_number - first_month_number + 1 as months_known,
    month_number - first_month_number + 1 as months_needed
from net_changes
