{{ config(materialized='fresh_table') }}

-- Everything that can put a figure in doubt, as a count over a count. Great Expectations judges these, and nothing
-- before it: see expectations/suites.
with measures as (

    select
        vintage_id, la_code, return_name, field_name, ground, null::varchar as rule_id, 'hold' as effect, look_back,
        source_month_number, month_number, counted::double as counted, out_of::double as out_of,
        case when counted = 0 then 0 else counted / nullif(out_of, 0)::double end as measured,
        null::varchar as indicator_id, null::varchar as period_basis, null::varchar as breakdown_type,
        null::varchar as breakdown_value
    from {{ ref('int_measures__unread') }}
    union all by name
    select
        vintage_id, la_code, return_name, '*' as field_name, ground, 'hold' as effect, 'all' as look_back,
        source_month_number, month_number, counted, out_of, measured
    from {{ ref('int_measures__arrivals') }}
    union all by name
    select
        vintage_id, la_code, return_name, field_name, ground, rule_id, effect, 'all' as look_back, counted, out_of,
        measured
    from {{ ref('int_measures__rules') }}
    union all by name
    select
        vintage_id, la_code, '*' as return_name, '*' as field_name, 'contradiction' as ground,
        contradiction as rule_id, 'hold' as effect, 'all' as look_back, month_number, counted, out_of,
        measured::double as measured, indicator_id, period_basis, breakdown_type, breakdown_value
    from {{ ref('int_measures__contradictions') }}

)

select
    row_number() over (
        order by
            vintage_id, ground, return_name, field_name, rule_id, look_back, source_month_number, month_number,
            indicator_id, period_basis, breakdown_type, breakdown_value
    )::int as measure_no,
    *
from measures
