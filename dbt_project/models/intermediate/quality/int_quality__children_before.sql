-- Each episode of care that last month's return had open, and whether its child is missing from this one. The row is
-- that of last month's file: this month's has none.
with open_before as (

    select *
    from {{ ref('stg_ledger__cla_episodes_before') }}
    where ceased_date is null

),

-- only where this month's return came: what was not sent leaves nobody out
came as (

    select la_code
    from {{ ref('int_quality__sources') }}
    where return_name = 'cla_episodes' and source_month = view_month

),

here as (

    select distinct la_code, la_child_id from ({{ judged('cla_episodes') }})

)

select
    open_before.la_code,
    open_before.content_id,
    open_before.row_number,
    here.la_child_id is null as child_left_out
from open_before
inner join came on open_before.la_code = came.la_code
left join here
    on open_before.la_code = here.la_code and open_before.la_child_id = here.la_child_id
