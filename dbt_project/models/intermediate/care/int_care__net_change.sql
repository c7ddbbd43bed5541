-- cla_net_change  Net change in children looked after: those at the end less those the day before the period began.
with open_at as (

    select vintage_id, month_number, count(*) as child_count
    from {{ ref('int_care__at_month_ends') }}
    group by all

)

select
    'cla_net_change' as indicator_id,
    expected.vintage_id,
    periods.period_basis,
    periods.month_number,
    coalesce(at_end.child_count, 0) - coalesce(at_start.child_count, 0) as numerator
from {{ ref('int_periods__expected') }} as expected
inner join {{ ref('dim_period') }} as periods
    on expected.month_number = periods.month_number and periods.period_basis not in ('point_in_time', 'since')
left join open_at as at_end
    on expected.vintage_id = at_end.vintage_id and periods.month_number = at_end.month_number
left join open_at as at_start
    on expected.vintage_id = at_start.vintage_id and periods.first_month_number - 1 = at_start.month_number
