-- Signal, not noise: the newest 12 figures of each chart, each against the months before them. A signal is a figure
-- more than k sigma from what they expect of it; the second of 3 in a row more than 0.8 k away on one side; or, but for
-- changes, the twelfth in a row on one side of their median. k = 3.5 + 18 / months of the baseline: the fewer they are,
-- the less is known of sigma. A month is marked when a signal is seen, not backwards; one without a figure is passed
-- over. A recorded change of the process begins a new phase. How each kind of figure is judged:
-- int_comparisons__deviations; what was measured, and beside what: docs/decisions/0023-signals.md.
with limited as (

    select
        *,
        signal_method <> 'none' and baseline_points >= {{ var('signal_points') }} as has_limits,
        case when has_limits then (3.5 + 18.0 / baseline_points) * sigma end as reach,
        -- compared to 9 decimal places: a mean of equal figures may differ from them in the last bit
        case when round(abs(z) - reach, 9) > 0 then sign(z)::int else 0 end as far_side,
        case when round(abs(z) - 0.8 * reach, 9) > 0 then sign(z)::int else 0 end as near_side,
        case when has_limits and not is_change then sign(round(value - baseline_median, 9))::int else 0 end as side
    from {{ ref('int_comparisons__deviations') }}

),

numbered as (

    select
        *,
        lag(near_side) over in_order as near_side_before,
        lag(near_side, 2) over in_order as near_side_before_that,
        row_number() over in_order
        - row_number() over (partition by series_id, phase_month, side order by month_number) as side_run
    from limited
    window in_order as (partition by series_id, phase_month order by month_number)

),

runs as (

    select
        *,
        row_number() over (partition by series_id, phase_month, side, side_run order by month_number) as run_length
    from numbered

),

ruled as (

    select
        *,
        coalesce(has_limits and is_newest and z is not null, false) as is_judged,
        is_judged and far_side <> 0 as is_outside,
        is_judged
        and near_side <> 0
        and coalesce(near_side in (near_side_before, near_side_before_that), false) as is_near_limit,
        is_judged and side <> 0 and run_length >= 12 as is_shift,
        case
            when is_outside then far_side
            when is_near_limit then near_side
            when is_shift then side
            else 0
        end as signal_side,
        y_expected - reach / w as y_lower,
        y_expected + reach / w as y_upper,
        {{ var('signal_points') }} - baseline_points + 12 - least(12, phase_points) as missing
    from runs

),

named as (

    select
        ruled.*,
        series.la_code,
        series.indicator_id,
        series.period_basis,
        series.unit,
        series.can_be_negative,
        case
            when ruled.signal_method = 'none' or not ruled.is_known then 'not_judged'
            when not ruled.has_limits then 'too_few_months'
            when not ruled.is_judged then 'not_judged'
            when ruled.signal_side > 0 then 'higher'
            when ruled.signal_side < 0 then 'lower'
            else 'common_cause'
        end as variation,
        case
            when ruled.signal_method = 'share' then 100 * sin(ruled.y_expected) * sin(ruled.y_expected)
            else {{ in_own_unit('ruled.y_expected', 'ruled.signal_method', 'ruled.denominator') }}
        end as expected,
        {{ in_own_unit('ruled.y_lower', 'ruled.signal_method', 'ruled.denominator') }} as lower_limit,
        {{ in_own_unit('ruled.y_upper', 'ruled.signal_method', 'ruled.denominator') }} as upper_limit,
        case when ruled.signal_side > 0 then 'above' else 'below' end as signal_place,
        case when ruled.signal_side > 0 then 'upper' else 'lower' end as limit_name,
        case
            when ruled.phase_month is null then ''
            else
                ' since the process changed in ' || {{ month_words(month_start('ruled.phase_month')) }}
                || coalesce(' (' || ruled.phase_reason || ')', '')
        end as since_words
    from ruled
    inner join {{ ref('int_comparisons__series') }} as series on ruled.series_id = series.series_id

)

select
    la_code,
    indicator_id,
    period_basis,
    period_end,
    value,
    case signal_method
        when 'count' then 'counts of a month, on a square-root scale'
        when 'share' then 'shares of a month, with limits by its cases'
        when 'days' then 'days of a month, on a logarithmic scale, with limits by its cases'
        when 'figure' then 'figures of a month'
        when 'change' then 'changes since the month before'
        when 'share_change' then 'changes of a share since the month before, with limits by its cases'
        else 'none'
    end as judged_by,
    case when has_limits and is_known then expected end as expected,
    lower_limit,
    upper_limit,
    case when phase_points >= {{ var('signal_points') }} then mean_moving_range end as mean_moving_range,
    {{ month_start('first_month') }} as phase_start,
    phase_reason,
    phase_points,
    baseline_points,
    {{ month_end('baseline_last_month') }} as baseline_end,
    case when variation = 'too_few_months' then missing::int end as missing_months,
    is_outside as is_outside_limits,
    is_near_limit,
    is_shift,
    variation,
    case
        when signal_method = 'none'
            then 'no signal is looked for, as each figure shares most of its cases with the one before'
        when not is_known then 'no signal is looked for, as the cases behind it are not known'
        when variation = 'too_few_months'
            then
                'too few months' || since_words || ' to look for a signal: ' || missing || ' more '
                || case when missing = 1 then 'is' else 'are' end || ' needed'
        when z is null then 'no signal is looked for, as the month before has none to change from'
        when not is_newest then 'one of the months that limits come from'
        else
            case
                when signal_side = 0 then 'no signal'
                else
                    'a change: ' || variation || ' than before (' || concat_ws(
                        '; ',
                        case when is_outside then signal_place || ' the ' || limit_name || ' limit' end,
                        case
                            when is_near_limit and not is_outside
                                then 'the second of 3 months close to the ' || limit_name || ' limit'
                        end,
                        case
                            when is_shift
                                then
                                    run_length || ' months running '
                                    || case when side > 0 then 'above' else 'below' end || ' the middle of before'
                        end
                    ) || ')'
            end
            || ', where the usual range' || case when is_change then ' after the month before' else '' end
            || since_words || ' is '
            || {{ format_value(clamp_to_unit('lower_limit', 'unit', 'can_be_negative'), 'unit') }} || ' to '
            || {{ format_value(clamp_to_unit('upper_limit', 'unit', 'can_be_negative'), 'unit') }}
    end as words,
    month_state
from named
order by la_code, indicator_id, period_basis, period_end
