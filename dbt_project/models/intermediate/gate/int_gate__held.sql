{{ config(materialized='fresh_table') }}

-- Each figure that a doubt bears on: doubt about a return reaches what reads it, about a field what reads the field,
-- about a figure that figure alone; and what is derived of months rests on what each of them rests on. The same figure
-- stands here once for each doubt.
with doubts as (

    select * from {{ ref('int_gate__doubts') }}
    where overridden_by is null

),

reads as (

    select distinct indicator_id, return_name
    from {{ ref('indicator_fields') }}

),

by_age as (

    select indicator_id
    from reads
    where return_name = 'persons'

),

reached as (

    select doubts.measure_no, indicators.indicator_id
    from doubts, {{ ref('dim_indicator') }} as indicators
    where doubts.return_name = '*' and doubts.indicator_id is null
    union all
    select measure_no, indicator_id
    from doubts
    where indicator_id is not null
    union all
    select doubts.measure_no, reads.indicator_id
    from doubts
    inner join reads on doubts.return_name = reads.return_name
    where doubts.ground not in ('values_unread', 'order_of_dates_unsure', 'rule_broken', 'children_unknown')
    union all
    select doubts.measure_no, rests_on.indicator_id
    from doubts
    inner join {{ ref('indicator_fields') }} as rests_on
        on
            doubts.return_name = rests_on.return_name
            and doubts.field_name = rests_on.field_name
    where doubts.ground in ('values_unread', 'order_of_dates_unsure')
    union all
    select doubts.measure_no, rests_on.indicator_id
    from doubts
    inner join {{ ref('quality_rule_fields') }} as named on doubts.rule_id = named.rule_id
    inner join {{ ref('indicator_fields') }} as rests_on
        on
            named.return_name = rests_on.return_name
            and named.field_name = rests_on.field_name
    where doubts.ground = 'rule_broken'
    union all
    select doubts.measure_no, of_children.indicator_id
    from doubts
    inner join reads as of_children on doubts.return_name = of_children.return_name
    semi join by_age on of_children.indicator_id = by_age.indicator_id
    where doubts.ground = 'children_unknown'

),

bases as (

    select indicator_id, history_days, {{ each_word('bases') }} as period_basis
    from {{ ref('dim_indicator') }}

),

held as (

    select distinct
        doubts.vintage_id,
        doubts.la_code,
        bases.indicator_id,
        bases.period_basis,
        expected.month_number,
        doubts.breakdown_value,
        doubts.measure_no,
        doubts.priority
    from reached
    inner join doubts on reached.measure_no = doubts.measure_no
    inner join bases
        on
            reached.indicator_id = bases.indicator_id
            and coalesce(doubts.period_basis = bases.period_basis, true)
            and case doubts.look_back
                when 'month' then bases.period_basis = 'month'
                when 'year'
                    then
                        bases.period_basis in ('quarter', 'year_to_date', 'rolling_12_months', 'since')
                        or (bases.period_basis = 'month' and bases.history_days > 0)
                else true
            end
    left join {{ ref('stg_ledger__return_formats') }} as formats on doubts.return_name = formats.return_name
    inner join {{ ref('int_periods__expected') }} as expected
        on
            doubts.vintage_id = expected.vintage_id
            and case
                when doubts.month_number is not null then doubts.month_number = expected.month_number
                -- a state return answers for its own month alone
                when formats.history = 'state'
                    then
                        expected.month_number
                        = coalesce(doubts.source_month_number, {{ month_number_of_text('expected.view_month') }})
                else expected.month_number <= coalesce(doubts.source_month_number, expected.month_number)
            end

),

-- which indicators' months a derived figure is made of
made_of as (

    select distinct indicator_id, indicator_id as of_indicator_id from {{ ref('int_indicators__known_months') }}
    union all
    select 'cp_net_change' as indicator_id, 'cp_started' as of_indicator_id
    union all
    select 'cp_net_change' as indicator_id, 'cp_ended' as of_indicator_id
    union all
    select 'cla_net_change' as indicator_id, 'cla_open' as of_indicator_id

),

held_by_months as (

    select distinct
        derived.vintage_id,
        held.la_code,
        derived.indicator_id,
        derived.period_basis,
        derived.month_number,
        null::varchar as breakdown_value,
        held.measure_no,
        held.priority
    from {{ ref('int_indicators__derived') }} as derived
    inner join made_of on derived.indicator_id = made_of.indicator_id
    inner join {{ ref('int_indicators__known_months') }} as months
        on
            derived.vintage_id = months.vintage_id
            and made_of.of_indicator_id = months.indicator_id
            and not months.is_entered
            and case
                when months.indicator_id = 'cla_open'
                    then months.month_number in (derived.first_month_number - 1, derived.month_number)
                else months.month_number between derived.first_month_number and derived.month_number
            end
    inner join held
        on
            months.vintage_id = held.vintage_id
            and months.indicator_id = held.indicator_id
            and months.month_number = held.month_number
            and held.period_basis in ('month', 'point_in_time', derived.period_basis)
            and coalesce(held.breakdown_value, 'all') = 'all'

)

-- a figure counted from records is held by what is doubted of it, one derived by what is doubted of its months
select
    vintage_id, la_code, indicator_id, period_basis, month_number, breakdown_value, measure_no, priority,
    bool_or(not is_by_months) as is_of_itself,
    bool_or(is_by_months) as is_by_months
from (
    select *, false as is_by_months from held
    union all
    select *, true as is_by_months from held_by_months
) as both_ways
group by all
