{{ config(materialized='fresh_table') }}

-- Whose neighbour list serves each month: the model in use when the month was first reported; for a month or an
-- authority older or younger than the model, the nearest that lists it. Who is a neighbour goes by the month, what the
-- neighbours scored by the release.
with models as (

    select distinct neighbours.la_code, neighbours.comparator, models.from_date, models.to_date
    from {{ ref('bridge_peer') }} as neighbours
    inner join {{ ref('dim_neighbour_model') }} as models on neighbours.comparator = models.comparator

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
        (models.from_date <= months.known_on and (models.to_date is null or models.to_date >= months.known_on)) desc,
        abs({{ days_between('models.from_date', 'months.known_on') }}) asc
) = 1
