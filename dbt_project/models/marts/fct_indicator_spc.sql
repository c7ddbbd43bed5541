-- Signal, not noise: each monthly series against its own natural process limits, by the conventions of the NHS's
-- Making Data Count. Limits are 2.66 times the mean moving range either side of the mean; no moving range is screened
-- out. Four special causes: a point outside the limits; 7 or more in a row on one side of the mean; 7 or more each
-- higher or each lower than the one before; 2 of 3 in a row in the outer third on the way to a limit, the 3 on one
-- side of the mean. Every point of a run is marked. A recorded change of the process begins a new phase.
with changes as (

    select series.series_id, {{ month_number('changes.from_date') }} as phase_month
    from {{ ref('int_comparisons__series') }} as series
    inner join {{ ref('stg_reference__process_changes') }} as changes
        on series.indicator_id = changes.indicator_id and changes.la_code in (series.la_code, 'ENG')

),

points as (

    select answers.series_id, answers.month_number, answers.value, answers.month_state, months.period_end
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    where series.is_monthly and months.is_in_signal and answers.value is not null

),

phased as (

    {{ with_latest('points', 'changes', ['series_id'], 'month_number', 'phase_month', ['phase_month']) }}

),

moving as (

    select
        *,
        value::decimal(28, 9) as exact,
        value - lag(value) over in_order as step,
        row_number() over in_order as point_no
    from phased
    window in_order as (partition by series_id, phase_month order by month_number)

),

-- summed as decimals: a sum of doubles depends on the order they come in
phases as (

    select
        series_id,
        phase_month,
        count(*)::int as phase_points,
        min(month_number) as first_month,
        sum(exact) / count(*) as mean,
        avg(abs(step)) as mean_moving_range
    from moving
    group by all

),

measured as (

    select
        moving.series_id,
        moving.month_number,
        moving.period_end,
        moving.month_state,
        moving.phase_month,
        moving.value,
        moving.point_no,
        phases.phase_points,
        phases.first_month,
        phases.mean,
        phases.mean_moving_range,
        2.66 * phases.mean_moving_range as reach,
        -- compared to 9 decimal places: a mean of equal figures may differ from them in the last bit
        round(moving.value - phases.mean, 9) as deviation,
        sign(deviation)::int as side,
        sign(round(moving.step, 9))::int as step_side,
        round(abs(deviation) - reach, 9) > 0 as is_outside,
        (not is_outside and round(abs(deviation) - reach * 2 / 3, 9) > 0)::int * side as near_side
    from moving
    inner join phases
        on moving.series_id = phases.series_id and moving.phase_month is not distinct from phases.phase_month
    where phases.phase_points >= {{ var('signal_points') }}

),

runs as (

    select
        *,
        point_no - row_number() over (
            partition by series_id, phase_month, side order by month_number
        ) as side_run,
        point_no - row_number() over (
            partition by series_id, phase_month, step_side order by month_number
        ) as step_run,
        abs(sum(side) over last_3) = 3 and abs(sum(near_side) over last_3) >= 2 as ends_near_limit
    from measured
    window last_3 as (
        partition by series_id, phase_month order by month_number rows between 2 preceding and current row
    )

),

lengths as (

    select
        *,
        count(*) over (partition by series_id, phase_month, side, side_run) as side_length,
        count(*) over (partition by series_id, phase_month, step_side, step_run) as step_length
    from runs

),

stepped as (

    select *, case when step_side <> 0 and step_length >= 6 then step_side else 0 end as trend_step
    from lengths

),

ruled as (

    select
        *,
        side <> 0 and side_length >= 7 as is_shift,
        -- a trend begins at the point before its first step
        case
            when trend_step <> 0 then trend_step
            else coalesce(lead(trend_step) over in_order, 0)
        end as trend_side,
        near_side <> 0 and bool_or(ends_near_limit) over next_3 as is_near_limit
    from stepped
    window
        in_order as (partition by series_id, phase_month order by month_number),
        next_3 as (partition by series_id, phase_month order by month_number rows between current row and 2 following)

),

judged as (

    select
        ruled.*,
        series.la_code,
        series.indicator_id,
        series.period_basis,
        case when ruled.side > 0 then 'above' else 'below' end as mean_side,
        case when ruled.side > 0 then 'upper' else 'lower' end as limit_name,
        case
            when ruled.is_outside or ruled.is_shift or ruled.is_near_limit then ruled.side
            else ruled.trend_side
        end as signal_side,
        case
            when signal_side = 0 then 'common_cause'
            when series.polarity in ('higher', 'lower')
                then case when (signal_side > 0) = (series.polarity = 'higher') then 'improvement' else 'concern' end
            when signal_side > 0 then 'higher'
            else 'lower'
        end as variation
    from ruled
    inner join {{ ref('int_comparisons__series') }} as series on ruled.series_id = series.series_id
    -- where events are rare any of them is outside limits; they want counting by the days between
    where series.unit <> 'count' or series.can_be_negative or ruled.mean >= {{ var('smallest_count') }}

)

select
    la_code,
    indicator_id,
    period_basis,
    period_end,
    value,
    mean,
    mean_moving_range,
    mean - reach as lower_limit,
    mean + reach as upper_limit,
    {{ month_start('first_month') }} as phase_start,
    phase_points,
    is_outside as is_outside_limits,
    is_shift,
    trend_side <> 0 as is_trend,
    is_near_limit,
    variation,
    case
        when variation = 'common_cause' then 'no special cause'
        else
            'special cause (' || variation || '): ' || concat_ws(
                '; ',
                case when is_outside then mean_side || ' the ' || limit_name || ' limit' end,
                case when is_shift then 'one of ' || side_length || ' months running ' || mean_side || ' the mean' end,
                case
                    when trend_side > 0 then 'one of 7 or more months running that each rose'
                    when trend_side < 0 then 'one of 7 or more months running that each fell'
                end,
                case when is_near_limit then '2 of 3 months close to the ' || limit_name || ' limit' end
            )
    end as special_causes,
    month_state
from judged
order by la_code, indicator_id, period_basis, period_end
