-- Episodes of going missing or being away without permission;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    missing.miss_table_id as missing_id,
    missing.miss_person_id as la_child_id,
    missing.miss_missing_episode_start_date as missing_start_date,
    missing.miss_missing_episode_end_date as missing_end_date,
    missing.miss_missing_episode_type as missing_type_code,
    missing.miss_missing_rhi_offered as interview_offered_code,
    missing.miss_missing_rhi_accepted as interview_accepted_code,
    missing.rhi_completed_date as interview_completed_date
from {{ source('returns', 'missing') }} as missing
inner join {{ source('ledger', 'sources') }} as sources on missing.content_id = sources.content_id
