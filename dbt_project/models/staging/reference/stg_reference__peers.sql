-- A council's own lists of peers. A council is no peer of itself.
select
    la_code,
    peer_la_code,
    coalesce(name, 'own peers') as list_name,
    from_date,
    to_date
from {{ source('reference', 'peers') }}
where peer_la_code <> la_code
