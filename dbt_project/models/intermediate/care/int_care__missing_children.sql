-- cla_missing_children  Looked after children with a missing episode, each counted once over the whole period.
select
    'cla_missing_children' as indicator_id,
    went_missing.vintage_id,
    periods.period_basis,
    periods.month_number,
    count(distinct went_missing.la_child_id) as numerator
from {{ ref('int_care__went_missing') }} as went_missing
inner join {{ ref('dim_period') }} as periods
    on
        periods.period_basis <> 'point_in_time'
        and went_missing.month_number between periods.first_month_number and periods.month_number
group by all
