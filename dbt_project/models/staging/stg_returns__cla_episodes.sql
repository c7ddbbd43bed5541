-- Episodes of being looked after (SSDA903), one row an episode;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cla_episodes.clae_cla_episode_id as episode_id,
    cla_episodes.clae_person_id as la_child_id,
    cla_episodes.clae_cla_id as cla_id,
    cla_episodes.clae_cla_episode_start_date as episode_start_date,
    cla_episodes.clae_cla_episode_start_reason as start_reason_code,
    cla_episodes.clae_cla_primary_need_code as primary_need_code,
    cla_episodes.clae_cla_episode_ceased_date as ceased_date,
    cla_episodes.clae_cla_episode_ceased_reason as ceased_reason_code,
    cla_episodes.clae_referral_id as referral_id,
    cla_episodes.clae_entered_care_date as entered_care_date,
    cla_episodes.tie_order
from {{ source('returns', 'cla_episodes') }} as cla_episodes
inner join {{ source('ledger', 'sources') }} as sources on cla_episodes.content_id = sources.content_id
