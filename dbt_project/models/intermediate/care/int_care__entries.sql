-- The first day of each period of care: as recorded, else the first episode's.
select
    vintage_id,
    la_child_id,
    cla_id,
    coalesce(min(entered_care_date), min(episode_start_date)) as entered_care_date
from {{ ref('stg_returns__cla_episodes') }}
group by all
