-- Who is set beside whom. England and the region take in the council itself, as their published figures do;
-- neighbours never do.
with authorities as (

    select la_code, region_code, is_invented from {{ ref('dim_authority') }}

),

england as (

    select 'england' as comparator, authorities.la_code, peers.la_code as peer_la_code, null::int as peer_rank
    from authorities
    cross join authorities as peers
    where not peers.is_invented

),

region as (

    select 'region' as comparator, authorities.la_code, peers.la_code as peer_la_code, null::int as peer_rank
    from authorities
    inner join authorities as peers on authorities.region_code = peers.region_code

),

neighbours as (

    select comparator, la_code, neighbour_la_code as peer_la_code, min(neighbour_rank) as peer_rank
    from {{ ref('stg_reference__neighbours') }}
    where neighbour_la_code <> la_code
    group by all

)

select * from england
union all
select * from region
union all
select * from neighbours
order by comparator, la_code, peer_la_code
