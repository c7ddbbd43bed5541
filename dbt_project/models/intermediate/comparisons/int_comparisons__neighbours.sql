{{ config(materialized='table') }}

-- Whose neighbour list serves each month: the newest model that had come out when it was first reported (then), and the
-- newest that lists the authority (now).
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

select models.la_code, months.month_number, models.comparator, 'then' as known_as
from models
inner join months on models.published_on <= months.known_on
qualify models.published_on = max(models.published_on) over (partition by models.la_code, months.month_number)
union all
select models.la_code, months.month_number, models.comparator, 'now' as known_as
from models
cross join months
qualify models.published_on = max(models.published_on) over (partition by models.la_code)
