-- Early help episodes, one row an episode and child; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    early_help_episodes.earl_episode_id as episode_id,
    early_help_episodes.earl_person_id as la_child_id,
    early_help_episodes.earl_episode_start_date as episode_start_date,
    early_help_episodes.earl_episode_end_date as episode_end_date,
    early_help_episodes.earl_episode_organisation as organisation,
    early_help_episodes.assessment_completed_date,
    early_help_episodes.evaluation_date
from {{ source('returns', 'early_help_episodes') }} as early_help_episodes
inner join {{ source('ledger', 'sources') }} as sources on early_help_episodes.content_id = sources.content_id
