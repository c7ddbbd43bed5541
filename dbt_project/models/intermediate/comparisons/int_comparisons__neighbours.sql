{{ config(materialized='table') }}

-- Whose neighbour list serves each month: the newest model that had come out when the month was first reported; for a
-- month or an authority older than any model, the first that lists it. Who is a neighbour goes by the month, what the
-- neighbours scored by the release.
with models as (

    select distinct
        neighbours.la_code,
        neighbours.comparator,
        dates.published_on
    from {{ ref('bridge_peer') }} as neighbours
    inner join (
        values ('neighbours_2021', date '2021-04-30'), ('neighbours_2025', date '2025-05-31')
    ) as dates (comparator, published_on)
        on neighbours.comparator = dates.comparator

),

months as (

    select distinct month_number, last_day({{ plus_months('period_end', 1) }}) as known_on
    from {{ ref('int_comparisons__months') }}
    where is_compared

)

select models.la_code, months.month_number, models.comparator
from models
cross join months
qualify row_number() over (
    partition by models.la_code, months.month_number
    order by
        models.published_on <= months.known_on desc,
        abs(months.known_on - models.published_on) asc
) = 1
