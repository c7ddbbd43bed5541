{{ config(materialized='fresh_table') }}

-- Each period of care that is over, with its last day; a series of short breaks is none.
select
    vintage_id,
    la_child_id,
    cla_id,
    max(ceased_date) as left_care_date
from {{ ref('int_care__episodes') }}
group by all
having
    count(*) = count(ceased_date)
    and not last(is_short_break order by episode_start_date, tie_order)
