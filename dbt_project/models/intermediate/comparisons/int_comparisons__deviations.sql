-- Each point of a chart, by how far it is from what the months before expect of it. The newest 12 points of a phase are
-- judged by those before them, the baseline, so that a shift shows against what was. A figure y is put on a scale on
-- which its noise is alike each month, with a weight w; z is w times its distance from what is expected:
--   count          y = sqrt(count + 3/8), w = 2 (Anscombe), so that few are judged as carefully as many
--   share          y = asin(sqrt((x + 3/8) / (n + 3/4))), w = 2 sqrt(n + 1/2): limits by the month's cases (Laney's p')
--   days           y = ln(days + 1), w = sqrt(n): lengths of time are skewed, and those of few cases are loose
--   figure         y is the figure, w = 1 (XmR)
--   change         as figure, of the change since the month before: a stock carries that month with it
--   share_change   as share, of the change since the month before
-- sigma is the baseline's mean moving range of z / 1.128; not less than the standard deviation of z, where the scale
-- does not say how large chance is; nor than a floor, what chance does to one case more or fewer.
with changes as (

    select
        series.series_id,
        {{ month_number('changes.from_date') }} as phase_month,
        min(changes.reason) as phase_reason
    from {{ ref('int_comparisons__series') }} as series
    inner join {{ ref('stg_reference__process_changes') }} as changes
        on series.indicator_id = changes.indicator_id and changes.la_code in (series.la_code, 'ENG')
    group by series.series_id, {{ month_number('changes.from_date') }}

),

points as (

    select
        answers.series_id,
        answers.month_number,
        months.period_end,
        answers.month_state,
        answers.value,
        answers.numerator,
        answers.denominator,
        series.signal_method,
        series.signal_method in ('change', 'share_change') as is_change,
        case
            when series.signal_method = 'count' then sqrt(greatest(answers.value, 0) + 0.375)
            when series.signal_method in ('share', 'share_change')
                then case
                    when answers.denominator > 0 and answers.numerator between 0 and answers.denominator
                        then asin(sqrt((answers.numerator + 0.375) / (answers.denominator + 0.75)))
                end
            when series.signal_method = 'days'
                then case when answers.denominator > 0 then ln(greatest(answers.value, 0) + 1) end
            when series.signal_method in ('figure', 'change') then answers.value
        end as y,
        case
            when series.signal_method = 'count' then 2
            when series.signal_method in ('share', 'share_change') then 2 * sqrt(answers.denominator + 0.5)
            when series.signal_method = 'days' then sqrt(answers.denominator)
            else 1
        end as w,
        -- what one case more adds to the figure
        case
            when series.unit in ('per_10k', 'ratio') and answers.numerator > 0 then answers.value / answers.numerator
            else 1
        end as grain
    from {{ ref('int_comparisons__answers') }} as answers
    inner join {{ ref('int_comparisons__series') }} as series on answers.series_id = series.series_id
    inner join {{ ref('int_comparisons__months') }} as months
        on series.period_basis = months.period_basis and answers.month_number = months.month_number
    where series.is_charted and months.is_in_signal and answers.value is not null

),

phased as (

    {{ with_latest(
        'points', 'changes', ['series_id'], 'month_number', 'phase_month', ['phase_month', 'phase_reason']
    ) }}

),

numbered as (

    select
        *,
        row_number() over in_order as point_no,
        row_number() over (partition by series_id, phase_month order by month_number desc) <= 12 as is_newest,
        abs(value - lag(value) over in_order) as moved,
        -- a change is from the month before and no other
        case
            when is_change and month_number - lag(month_number) over in_order = 1 then lag(y) over in_order
        end as y_before
    from phased
    window in_order as (partition by series_id, phase_month order by month_number)

),

moving as (

    select *, w * (y - y_before) as step
    from numbered

),

phases as (

    select
        series_id,
        phase_month,
        count(*)::int as phase_points,
        min(month_number) as first_month,
        avg(moved) as mean_moving_range
    from moving
    group by all

),

-- summed as decimals: a sum of doubles depends on the order they come in
baselines as (

    select
        series_id,
        phase_month,
        -- the first month of a stock has no change, and is held all the same
        (count(case when is_change then step else y end) + count_if(is_change and point_no = 1))::int
            as baseline_points,
        max(month_number) as baseline_last_month,
        median(value) as baseline_median,
        avg(grain) as grain,
        case any_value(signal_method)
            when 'count' then sqrt(sum(value::decimal(28, 9)) / count(*) + 0.375)
            when 'share'
                then asin(sqrt(
                    sum(case when y is not null then numerator end::decimal(28, 9))
                    / sum(case when y is not null then denominator end::decimal(28, 9))
                ))
            when 'days'
                then
                    sum((denominator * y)::decimal(28, 9))
                    / sum(case when y is not null then denominator end::decimal(28, 9))
            when 'figure' then sum(value::decimal(28, 9)) / count(*)
            else sum(step::decimal(28, 9)) / count(step)
        end as centre
    from moving
    where not is_newest
    group by series_id, phase_month

),

deviations as (

    select
        moving.*,
        phases.phase_points,
        phases.first_month,
        phases.mean_moving_range,
        coalesce(baselines.baseline_points, 0) as baseline_points,
        baselines.baseline_last_month,
        baselines.baseline_median,
        baselines.grain as baseline_grain,
        case
            when moving.is_change then moving.y_before + baselines.centre / moving.w else baselines.centre
        end as y_expected,
        case
            when moving.is_change then moving.step - baselines.centre
            else moving.w * (moving.y - baselines.centre)
        end as z
    from moving
    inner join phases
        on moving.series_id = phases.series_id and moving.phase_month is not distinct from phases.phase_month
    left join baselines
        on moving.series_id = baselines.series_id and moving.phase_month is not distinct from baselines.phase_month

),

ranged as (

    select
        series_id,
        phase_month,
        is_newest,
        z::decimal(28, 9) as z,
        abs(z - lag(z) over (partition by series_id, phase_month order by month_number))::decimal(28, 9) as range_of_z
    from deviations

),

spreads as (

    select
        series_id,
        phase_month,
        sum(range_of_z) / count(range_of_z) / 1.128 as by_moving_range,
        sqrt(sum((z::double * z::double)::decimal(38, 9)) / nullif(count(z) - 1, 0)) as standard_deviation
    from ranged
    where not is_newest
    group by series_id, phase_month

)

select
    deviations.series_id,
    deviations.month_number,
    deviations.period_end,
    deviations.month_state,
    deviations.value,
    deviations.numerator,
    deviations.denominator,
    deviations.signal_method,
    deviations.is_change,
    deviations.phase_month,
    deviations.phase_reason,
    deviations.first_month,
    deviations.phase_points,
    deviations.mean_moving_range,
    deviations.baseline_points,
    deviations.baseline_last_month,
    deviations.baseline_median,
    deviations.is_newest,
    deviations.w,
    deviations.y is not null as is_known,
    deviations.y_expected,
    deviations.z,
    case
        when deviations.signal_method in ('count', 'share') then greatest(spreads.by_moving_range, 1)
        else greatest(
            spreads.by_moving_range,
            spreads.standard_deviation,
            case deviations.signal_method
                when 'share_change' then 0.5
                when 'days' then 0.1
                else 0.8 * deviations.baseline_grain
            end
        )
    end as sigma
from deviations
left join spreads
    on deviations.series_id = spreads.series_id and deviations.phase_month is not distinct from spreads.phase_month
