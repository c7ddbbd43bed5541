{{ config(materialized='fresh_table') }}

-- What is known of each month that a longer period can be derived of, where some month of it was sent as a total: what
-- the records count, or else the total. A month of nothing of nothing is known; a share without its two counts is not.
with entering as (

    select distinct
        entered.vintage_id, entered.indicator_id, indicators.kind, indicators.denominator_source,
        indicators.history_days
    from {{ ref('int_indicators__entered') }} as entered
    inner join {{ ref('dim_indicator') }} as indicators on entered.indicator_id = indicators.indicator_id
    where
        (
            entered.period_basis = 'month'
            and indicators.kind = 'flow' and indicators.is_additive and indicators.denominator_source <> 'population'
        )
        or (entered.period_basis = 'point_in_time' and entered.indicator_id = 'cla_open')

),

submitted as (

    select submitted.*, expected.records_from
    from {{ ref('int_indicators__submitted') }} as submitted
    inner join {{ ref('int_periods__expected') }} as expected
        on submitted.vintage_id = expected.vintage_id and submitted.month_number = expected.month_number
    union all
    select submitted.*, earlier.records_from
    from {{ ref('int_indicators__submitted_before') }} as submitted
    inner join {{ ref('int_periods__before') }} as earlier
        on submitted.vintage_id = earlier.vintage_id and submitted.month_number = earlier.month_number

),

-- a stock is asked for its day, a flow for all that it looks back over
counted as (

    select entering.vintage_id, entering.indicator_id, submitted.month_number
    from entering
    inner join submitted
        on entering.vintage_id = submitted.vintage_id and entering.indicator_id = submitted.indicator_id
    where
        submitted.is_submitted
        and case
            when entering.kind = 'flow'
                then {{ month_start('submitted.month_number') }} - entering.history_days::int
            else {{ month_end('submitted.month_number') }}
        end >= coalesce(submitted.history_from, submitted.records_from, date '0001-01-01')

),

counts as (

    select vintage_id, indicator_id, month_number, numerator, denominator
    from {{ ref('int_indicators__monthly_counts') }}
    where breakdown_value = 'all' and indicator_id <> 'cla_open'
    union all
    select vintage_id, 'cla_open' as indicator_id, month_number, count(*) as numerator, null as denominator
    from {{ ref('int_care__at_month_ends') }}
    group by vintage_id, month_number

),

entered as (

    select
        entered.vintage_id, entered.indicator_id, entered.month_number,
        -- what has nothing to be divided by is its own numerator
        coalesce(entered.numerator, case when entering.denominator_source = 'none' then entered.value end) as numerator,
        case when entering.denominator_source <> 'none' then entered.denominator end as denominator,
        entering.denominator_source
    from {{ ref('int_indicators__entered') }} as entered
    inner join entering on entered.vintage_id = entering.vintage_id and entered.indicator_id = entering.indicator_id
    where entered.period_basis = case when entering.kind = 'flow' then 'month' else 'point_in_time' end

)

select
    counted.vintage_id, counted.indicator_id, counted.month_number, false as is_entered,
    coalesce(counts.numerator, 0)::double as numerator,
    case when entering.denominator_source <> 'none' then coalesce(counts.denominator, 0)::double end as denominator
from counted
inner join entering on counted.vintage_id = entering.vintage_id and counted.indicator_id = entering.indicator_id
left join counts
    on
        counted.vintage_id = counts.vintage_id
        and counted.indicator_id = counts.indicator_id
        and counted.month_number = counts.month_number
union all by name
select
    entered.vintage_id, entered.indicator_id, entered.month_number, true as is_entered,
    entered.numerator, entered.denominator
from entered
anti join counted
    on
        entered.vintage_id = counted.vintage_id
        and entered.indicator_id = counted.indicator_id
        and entered.month_number = counted.month_number
where
    entered.numerator is not null
    and (entered.denominator_source = 'none' or entered.denominator <> 0 or entered.numerator = 0)
    and (entered.denominator_source = 'none' or entered.denominator is not null)
