{{ config(materialized='fresh_table') }}

-- The counts of every area by month: all of each, and within each value of the indicator's breakdown.
{% set areas = [
    'int_front_door__counts',
    'int_assessment__counts',
    'int_conferences__counts',
    'int_plans__counts',
    'int_need__counts',
    'int_early_help__counts',
    'int_care__counts',
    'int_care_leavers__counts',
    'int_adoption__counts',
    'int_workforce__counts',
    'int_finance__counts',
] %}

with counts as (

    {% for area in areas %}
        select * from {{ ref(area) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    vintage_id, indicator_id, 'all' as breakdown_value, month_number,
    sum(numerator) as numerator, sum(denominator) as denominator
from counts
group by all
union all
select vintage_id, indicator_id, breakdown_value, month_number, numerator, denominator
from counts
where breakdown_value is not null
