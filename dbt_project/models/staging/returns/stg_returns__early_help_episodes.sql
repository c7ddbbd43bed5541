-- Early help episodes, one row an episode and child; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    earl_episode_id as episode_id,
    earl_person_id as la_child_id,
    earl_episode_start_date as episode_start_date,
    earl_episode_end_date as episode_end_date,
    earl_episode_organisation as organisation,
    assessment_completed_date,
    evaluation_date
from {{ source('returns', 'early_help_episodes') }}
