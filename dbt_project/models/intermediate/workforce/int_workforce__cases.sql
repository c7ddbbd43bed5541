{{ config(materialized='fresh_table') }}

-- Each case a social worker holds at each month end expected: a worker and a child, however often involved.
with involvements as (

    select vintage_id, worker_id, la_child_id, involvement_start_date, involvement_end_date
    from {{ ref('stg_returns__involvements') }}
    where role_code = 'SW'

)

{{ earliest_open_at_month_ends(
    'involvements', ['worker_id', 'la_child_id'], 'involvement_start_date', 'involvement_end_date', [],
    ['la_code', 'period_end']
) }}
