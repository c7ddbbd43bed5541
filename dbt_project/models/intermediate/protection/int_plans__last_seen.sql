-- Each child on a plan at each month end expected, and when last seen on a visit by then, whatever the visit's plan id.
with children as (

    select * from {{ ref('int_plans__children') }}

),

visits as (

    select distinct vintage_id, la_child_id, visit_date as last_seen_date
    from {{ ref('stg_returns__cp_visits') }}
    where is_seen

)

{{ with_latest(
    'children', 'visits', ['vintage_id', 'la_child_id'], 'period_end', 'last_seen_date', ['last_seen_date']
) }}
