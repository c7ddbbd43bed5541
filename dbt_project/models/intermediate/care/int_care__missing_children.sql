-- cla_missing_children, missing_3plus_children  Looked after children with a missing episode, or with three or more,
-- each counted once over the whole period.
with children as (

    select
        went_missing.vintage_id, periods.period_basis, periods.month_number, went_missing.la_child_id,
        sum(went_missing.episodes) as episodes
    from {{ ref('int_care__went_missing') }} as went_missing
    inner join {{ ref('dim_period') }} as periods
        on
            periods.period_basis <> 'point_in_time'
            and went_missing.month_number between periods.first_month_number and periods.month_number
    group by all

)

select
    indicators.indicator_id,
    children.vintage_id,
    children.period_basis,
    children.month_number,
    count(*) as numerator
from children
inner join (values ('cla_missing_children', 1), ('missing_3plus_children', 3)) as indicators (indicator_id, episodes)
    on children.episodes >= indicators.episodes
group by all
