-- Each episode of care that last month's return had open, and whether its child is missing from this one. The row is
-- that of last month's file: this month's has none.
with open_before as (

    select *
    from {{ source('ledger', 'cla_episodes_before') }}
    where clae_cla_episode_ceased_date is null

),

-- only where this month's return came: what was not sent leaves nobody out
came as (

    select la_code
    from {{ ref('int_quality__sources') }}
    where return_name = 'cla_episodes' and source_month = view_month

),

here as (

    select distinct la_code, clae_person_id from ({{ judged('cla_episodes') }})

)

select
    open_before.la_code,
    open_before.content_id,
    open_before.row_number,
    here.clae_person_id is null as child_left_out
from open_before
inner join came on open_before.la_code = came.la_code
left join here
    on open_before.la_code = here.la_code and open_before.clae_person_id = here.clae_person_id
