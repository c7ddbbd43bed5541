-- Each episode of care, with whether it began on a short break, and whether it ends the child's being looked after.
select
    episodes.vintage_id,
    episodes.content_id,
    episodes.row_number,
    episodes.as_at_date,
    episodes.episode_id,
    episodes.la_child_id,
    episodes.cla_id,
    episodes.episode_start_date,
    episodes.start_reason_code,
    episodes.primary_need_code,
    episodes.ceased_date,
    episodes.ceased_reason_code,
    episodes.referral_id,
    episodes.entered_care_date,
    episodes.tie_order,
    exists(
        select 1 from {{ ref('int_care__respite') }} as respite
        where
            episodes.vintage_id = respite.vintage_id
            and episodes.la_child_id = respite.la_child_id
            and {{ is_live(
                'respite.legal_status_start_date', 'respite.legal_status_end_date', 'episodes.episode_start_date'
            ) }}
    ) as is_short_break,
    coalesce(episodes.ceased_reason_code, 'none') <> 'X1'
    and not (
        episodes.ceased_reason_code is null
        and exists (
            select 1 from {{ ref('stg_returns__cla_episodes') }} as next_episodes
            where
                episodes.vintage_id = next_episodes.vintage_id
                and episodes.la_child_id = next_episodes.la_child_id
                and episodes.episode_id <> next_episodes.episode_id
                and episodes.ceased_date = next_episodes.episode_start_date
        )
    ) as is_end_of_care
from {{ ref('stg_returns__cla_episodes') }} as episodes
