-- wf_turnover_rate  Turnover rate: leavers over twelve months, of those in post at the end of them.
with leavers as (

    select vintage_id, {{ month_number('moved_on') }} as month_number, sum(fte) as fte
    from {{ ref('int_workforce__moves') }}
    where move = 'leave'
    group by all

),

in_post as (

    select vintage_id, month_number, sum(permanent_fte) as fte
    from {{ ref('int_workforce__posts') }}
    group by all

)

select
    'wf_turnover_rate' as indicator_id,
    expected.vintage_id,
    periods.period_basis,
    periods.month_number,
    coalesce(sum(leavers.fte), 0) as numerator,
    any_value(in_post.fte) as denominator
from {{ ref('int_periods__expected') }} as expected
inner join {{ ref('dim_period') }} as periods
    on expected.month_number = periods.month_number and periods.period_basis = 'rolling_12_months'
left join in_post on expected.vintage_id = in_post.vintage_id and expected.month_number = in_post.month_number
left join leavers
    on
        expected.vintage_id = leavers.vintage_id
        and leavers.month_number between periods.first_month_number and periods.month_number
group by expected.vintage_id, periods.period_basis, periods.month_number
