{{ config(materialized='fresh_table') }}

-- Published figures to set beside a council's own: England, regions, authorities and statistical neighbours.
with figures as (

    select * from {{ ref('int_benchmarks__figures') }}

),

-- one of each number: two tables may serve one series, the one for England and the other for councils
series as (

    select distinct series_number, indicator_id, bases, period_end, publication, release_year, published_on
    from {{ ref('int_benchmarks__series') }}
    where series_number in (select figures.series_number from figures)

),

councils as (

    select figures.series_number, figures.value, authorities.region_code
    from figures
    inner join {{ ref('authorities') }} as authorities on figures.area_code = authorities.la_code
    where
        figures.comparator = 'authority'
        and figures.value is not null
        -- two of the smallest in the country would stand first or last by chance
        and authorities.is_ranked
        -- councils that report together are one observation
        and coalesce(left(figures.joined_code, 3) = figures.area_code, true)

),

-- Inner and Outer London are regions, and London is one
areas_of_councils as (

    select series_number, value, 'england' as comparator, 'E92000001' as area_code from councils
    union all
    select series_number, value, 'region' as comparator, region_code as area_code from councils
    union all
    select councils.series_number, councils.value, 'region' as comparator, parts.area_code
    from councils
    inner join {{ ref('area_codes') }} as parts
        on councils.region_code = parts.printed_code and parts.relation = 'part_of'

),

spread as (

    select
        series_number, comparator, area_code, count(*) as councils_used,
        {{ quartiles('value') }} as quartiles
    from areas_of_councils
    group by all

),

published as (

    select
        coalesce(figures.series_number, spread.series_number) as series_number,
        coalesce(figures.comparator, spread.comparator) as comparator,
        coalesce(figures.area_code, spread.area_code) as area_code,
        figures.joined_code,
        figures.numerator,
        figures.denominator,
        figures.value,
        figures.value_source,
        coalesce(figures.value_status, 'not_published') as value_status,
        null::bigint as neighbours_listed,
        null::bigint as neighbours_used,
        spread.councils_used,
        spread.quartiles
    from figures
    full join spread
        on
            figures.series_number = spread.series_number
            and figures.comparator = spread.comparator
            and figures.area_code = spread.area_code

),

-- whom a council that reports here is set beside
neighbours as (

    select peers.comparator, peers.la_code, peers.peer_la_code, own.printed_code as joined_code
    from {{ ref('bridge_peer') }} as peers
    left join {{ ref('area_codes') }} as own on peers.la_code = own.area_code and own.relation = 'joined'
    where
        peers.comparator like 'neighbours%'
        and peers.la_code in (select folders.la_code from {{ ref('stg_ledger__folders') }} as folders)

),

-- Dorset before and after 2019 are two areas with two codes: by exact code neither stands for the other
continued as (

    select printed_code as earlier_code, area_code as later_code, from_date from {{ ref('area_codes') }}
    where relation = 'continued'

),

stand_ins as (

    select
        later_code as peer_la_code,
        earlier_code as stand_in,
        date '1900-01-01' as first_day,
        from_date - 1 as last_day
    from continued
    union all
    select
        earlier_code as peer_la_code,
        later_code as stand_in,
        from_date as first_day,
        date '9999-12-31' as last_day
    from continued

),

-- the lists that name one of the two, as they are with the other in its place
lists_with_stand_ins as (

    select
        neighbours.comparator || '_successors' as comparator,
        neighbours.la_code,
        case
            when neighbours.peer_la_code = stand_ins.peer_la_code then stand_ins.stand_in
            else neighbours.peer_la_code
        end as peer_la_code,
        neighbours.joined_code,
        stand_ins.first_day,
        stand_ins.last_day
    from neighbours
    inner join neighbours as named
        on neighbours.comparator = named.comparator and neighbours.la_code = named.la_code
    inner join stand_ins
        on named.peer_la_code = stand_ins.peer_la_code and neighbours.la_code <> stand_ins.stand_in

),

listed as (

    select series.series_number, neighbours.*
    from neighbours
    cross join series
    union all
    select distinct
        series.series_number, lists.comparator, lists.la_code, lists.peer_la_code, lists.joined_code
    from lists_with_stand_ins as lists
    inner join series on series.period_end between lists.first_day and lists.last_day

),

-- unweighted, and never the council itself, even within the figure of two that report together
neighbour_means as (

    select
        listed.series_number,
        listed.comparator,
        listed.la_code as area_code,
        count(*) as neighbours_listed,
        count(figures.value) as neighbours_used,
        -- summed as decimals: a sum of doubles depends on the order they come in
        (sum(figures.value::decimal(28, 12)) / count(figures.value))::double as value,
        {{ quartiles('figures.value') }} as quartiles
    from listed
    left join figures
        on
            listed.series_number = figures.series_number
            and listed.peer_la_code = figures.area_code
            and coalesce(listed.joined_code, 'none') <> coalesce(figures.joined_code, 'of one')
    group by all

),

together as (

    select * from published

    union all

    select
        series_number,
        comparator,
        area_code,
        null as joined_code,
        null as numerator,
        null as denominator,
        value,
        'neighbour_mean' as value_source,
        -- suppression hides small values, so a mean of few is a mean of the large; five is half a list
        case
            when neighbours_used = 0 then 'not_available'
            when neighbours_used < 5 then 'few_neighbours'
            else 'number'
        end as value_status,
        neighbours_listed,
        neighbours_used,
        null as councils_used,
        quartiles
    from neighbour_means

)

select
    series.indicator_id,
    {{ each_word('series.bases') }} as period_basis,
    series.period_end,
    together.comparator,
    together.area_code,
    series.publication,
    series.release_year,
    series.published_on,
    together.numerator,
    together.denominator,
    together.value,
    together.value_source,
    together.value_status,
    together.joined_code,
    together.neighbours_listed,
    together.neighbours_used,
    together.councils_used,
    together.quartiles[1] as lower_quartile_value,
    together.quartiles[2] as median_value,
    together.quartiles[3] as upper_quartile_value
from together
inner join series on together.series_number = series.series_number
order by together.series_number, together.comparator, together.area_code, period_basis
