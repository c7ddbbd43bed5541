-- How many there are, and how many there were so far in the month, of each authority as at the day of its work lists:
-- the month's own figures by the same evidence, and provisional until it has ended.
with headlines as (

    select dim_indicator.display_order, dim_indicator.indicator_id, dim_indicator.title, dim_indicator.kind
    from {{ ref('dim_indicator') }} as dim_indicator
    inner join (
        values
        ('contacts_received'), ('referrals_received'), ('assessments_open'), ('s47_started'), ('icpc_held'),
        ('cp_open'), ('cp_started'), ('cp_ended'), ('cin_open'), ('cin_plans_open'), ('cases_unallocated'),
        ('cla_open'), ('cla_started'), ('cla_ceased')
    ) as shown (indicator_id) on dim_indicator.indicator_id = shown.indicator_id

),

counted as (

    {% for area in ['front_door', 'assessment', 'conferences', 'plans', 'need', 'care'] %}
        select vintage_id, indicator_id, counted_on, numerator from {{ ref('int_' ~ area ~ '__evidence') }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

newest as (

    select expected.vintage_id, expected.la_code, expected.month_number, expected.period_end, months.period_start
    from {{ ref('int_periods__expected') }} as expected
    inner join {{ ref('dim_period') }} as months
        on expected.month_number = months.month_number and months.period_basis = 'month'
    where expected.edition = 'restated' and expected.month_number = {{ month_number_of_text('expected.view_month') }}

),

expected as (

    select
        newest.*, headlines.indicator_id, headlines.display_order, headlines.title,
        case headlines.kind when 'flow' then newest.period_start end as from_date
    from newest
    cross join headlines

),

sums as (

    select expected.la_code, expected.indicator_id, sum(counted.numerator)::bigint as headline_count
    from expected
    inner join counted
        on
            expected.vintage_id = counted.vintage_id
            and expected.indicator_id = counted.indicator_id
            and counted.counted_on between coalesce(expected.from_date, expected.period_end) and expected.period_end
    group by expected.la_code, expected.indicator_id

)

select
    expected.la_code,
    expected.indicator_id,
    expected.display_order,
    expected.title,
    expected.from_date,
    expected.period_end as as_at_date,
    case when submitted.is_submitted then coalesce(sums.headline_count, 0) end as headline_count
from expected
left join sums on expected.la_code = sums.la_code and expected.indicator_id = sums.indicator_id
left join {{ ref('int_indicators__submitted') }} as submitted
    on
        expected.vintage_id = submitted.vintage_id
        and expected.month_number = submitted.month_number
        and expected.indicator_id = submitted.indicator_id
