-- cla_missing_children, missing_3plus_children  Looked after children with a missing episode, or with three or more,
-- each counted once over the whole period.
with indicators as (

    select 'cla_missing_children' as indicator_id, 1 as least_episodes
    union all
    select 'missing_3plus_children' as indicator_id, 3 as least_episodes

),

children as (

    select
        indicators.indicator_id, indicators.least_episodes, went_missing.vintage_id, periods.period_basis,
        periods.month_number, went_missing.la_child_id, sum(went_missing.episodes) as episodes
    from {{ ref('int_care__went_missing') }} as went_missing
    cross join indicators
    inner join {{ ref('dim_period') }} as periods
        on
            periods.period_basis not in ('point_in_time', 'since')
            and went_missing.month_number between periods.first_month_number and periods.month_number
    group by all
    union all
    select
        indicators.indicator_id, indicators.least_episodes, went_missing.vintage_id, periods.period_basis,
        periods.month_number, went_missing.la_child_id, sum(went_missing.episodes) as episodes
    from {{ ref('int_care__went_missing') }} as went_missing
    cross join indicators
    inner join {{ ref('int_periods__since') }} as periods
        on
            went_missing.vintage_id = periods.vintage_id
            and indicators.indicator_id = periods.indicator_id
            and went_missing.month_number between periods.first_month_number and periods.month_number
    group by all

)

select indicator_id, vintage_id, period_basis, month_number, count(*) as numerator
from children
where episodes >= least_episodes
group by all
