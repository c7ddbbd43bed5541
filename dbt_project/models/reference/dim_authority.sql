-- Every authority that is or was, and any other that has opened a folder.
with published as (

    select * from {{ ref('authorities') }}

),

invented as (

    select la_code, la_name from {{ ref('stg_reference__authorities') }}

),

-- an invented name goes before a real one: invented figures must never wear the name of a council
named as (

    select la_code, new_la_code, la_name, region_code, region_name, false as is_invented, from_date, to_date, is_ranked
    from published
    where la_code not in (select invented.la_code from invented)

    union all

    select
        la_code, null as new_la_code, la_name, null as region_code, null as region_name,
        true as is_invented, null as from_date, null as to_date, true as is_ranked
    from invented

),

unnamed as (

    select distinct la_code, la_code as la_name
    from {{ ref('stg_ledger__folders') }}
    where la_code not in (select named.la_code from named)

)

select * from named
union all
select
    la_code, null as new_la_code, la_name, null as region_code, null as region_name,
    true as is_invented, null as from_date, null as to_date, true as is_ranked
from unnamed
order by la_code
