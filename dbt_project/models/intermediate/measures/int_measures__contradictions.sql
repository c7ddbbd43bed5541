-- contradiction: how far a figure is beyond what it can be. Each that is, and of the others the nearest to it, so that
-- a judgement that all hold rests on something.
with figures as (

    select
        answers.*, indicators.unit, indicators.is_additive, indicators.can_be_negative, indicators.can_exceed_whole
    from {{ ref('int_indicators__answers') }} as answers
    inner join {{ ref('dim_indicator') }} as indicators on answers.indicator_id = indicators.indicator_id
    where answers.value_status in ('calculated', 'reported', 'derived', 'no_cases')

),

-- a rate or a ratio is no share, and may pass its whole: nor is turnover, which compares a year with a day
shares as (

    select
        'share_over_whole' as contradiction, vintage_id, la_code, indicator_id, period_basis, month_number,
        breakdown_type, breakdown_value, numerator as counted, denominator as out_of,
        greatest(coalesce(numerator - denominator, value - 100), value - 100) as measured
    from figures
    where
        unit = 'percent' and not can_exceed_whole
        and (value is not null or numerator > 0)

),

counts as (

    select
        'count_below_zero' as contradiction, vintage_id, la_code, indicator_id, period_basis, month_number,
        breakdown_type, breakdown_value, numerator as counted, 0 as out_of, -numerator as measured
    from figures
    where unit in ('count', 'fte') and not can_be_negative and numerator is not null

),

monthly as (

    select
        vintage_id, indicator_id, breakdown_type, breakdown_value, month_number,
        sum(numerator) over through_year as to_date,
        count(*) over through_year as month_count
    from figures
    where
        period_basis = 'month' and unit = 'count' and is_additive and numerator is not null
    window through_year as (
        partition by vintage_id, indicator_id, breakdown_type, breakdown_value, (month_number - 3) // 12
        order by month_number
    )

),

years as (

    select
        'year_not_its_months' as contradiction, figures.vintage_id, figures.la_code, figures.indicator_id,
        figures.period_basis, figures.month_number, figures.breakdown_type, figures.breakdown_value,
        figures.numerator as counted, monthly.to_date as out_of, abs(figures.numerator - monthly.to_date) as measured
    from figures
    inner join monthly
        on
            figures.vintage_id = monthly.vintage_id
            and figures.indicator_id = monthly.indicator_id
            and figures.breakdown_type = monthly.breakdown_type
            and figures.breakdown_value = monthly.breakdown_value
            and figures.month_number = monthly.month_number
    where
        figures.period_basis = 'year_to_date' and figures.numerator is not null
        and monthly.month_count = (figures.month_number + 9) % 12 + 1

),

stocks as (

    select
        'stock_not_its_flows' as contradiction, open_now.vintage_id, open_now.la_code, open_now.indicator_id,
        open_now.period_basis, open_now.month_number, open_now.breakdown_type, open_now.breakdown_value,
        open_now.value as counted, open_before.value + started.value - ended.value as out_of,
        abs(open_now.value - (open_before.value + started.value - ended.value)) as measured
    from (values ('cp_open', 'cp_started', 'cp_ended'), ('cla_open', 'cla_started', 'cla_ceased'))
        as flows (stock, starts, ends)
    inner join figures as open_now on flows.stock = open_now.indicator_id
    inner join figures as open_before
        on
            open_now.vintage_id = open_before.vintage_id
            and open_now.indicator_id = open_before.indicator_id
            and open_now.month_number - 1 = open_before.month_number
    inner join figures as started
        on
            open_now.vintage_id = started.vintage_id
            and flows.starts = started.indicator_id
            and open_now.month_number = started.month_number
            and started.period_basis = 'month'
    inner join figures as ended
        on
            open_now.vintage_id = ended.vintage_id
            and flows.ends = ended.indicator_id
            and open_now.month_number = ended.month_number
            and ended.period_basis = 'month'

),

looked_at as (

    {% for kind in ['shares', 'counts', 'years', 'stocks'] %}
        select * from {{ kind }}
        {{ 'union all by name' if not loop.last }}
    {% endfor %}

)

select * exclude (nearness)
from (
    select
        *, row_number() over (
            partition by vintage_id, contradiction
            order by measured desc, indicator_id asc, period_basis asc, month_number asc, breakdown_value asc
        ) as nearness
    from looked_at
) as ranked
where measured > 0 or nearness = 1
