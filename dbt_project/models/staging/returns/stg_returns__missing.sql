-- Episodes of going missing or being away without permission;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    miss_table_id as missing_id,
    miss_person_id as la_child_id,
    miss_missing_episode_start_date as missing_start_date,
    miss_missing_episode_end_date as missing_end_date,
    miss_missing_episode_type as missing_type_code,
    miss_missing_rhi_offered as interview_offered_code,
    miss_missing_rhi_accepted as interview_accepted_code,
    rhi_completed_date as interview_completed_date
from {{ source('returns', 'missing') }}
