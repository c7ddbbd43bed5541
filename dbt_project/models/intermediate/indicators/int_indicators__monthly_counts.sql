{{ config(materialized='table') }}

-- The evidence of every area, added up by month: all of it, and within each value of the indicator's breakdown.
{% set areas = [
    'int_front_door__evidence',
    'int_assessment__evidence',
    'int_conferences__evidence',
    'int_plans__evidence',
    'int_need__evidence',
    'int_early_help__evidence',
    'int_care__evidence',
    'int_care_leavers__evidence',
    'int_adoption__evidence',
    'int_workforce__evidence',
    'int_finance__evidence',
] %}
{% set areas_with_breakdowns = ['int_plans__evidence', 'int_conferences__evidence', 'int_workforce__evidence'] %}

with evidence as (

    {% for area in areas %}
        select
            indicator_id,
            view_id,
            {{ month_number('counted_on') }} as month_number,
            {{ 'breakdown_value' if area in areas_with_breakdowns else 'null::varchar' }} as breakdown_value,
            sum(numerator)::decimal(24, 6) as numerator,
            sum(denominator)::decimal(24, 6) as denominator
        from {{ ref(area) }}
        group by all
        {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    view_id, indicator_id, 'all' as breakdown_value, month_number,
    sum(numerator) as numerator, sum(denominator) as denominator
from evidence
group by all
union all
select view_id, indicator_id, breakdown_value, month_number, numerator, denominator
from evidence
where breakdown_value is not null
