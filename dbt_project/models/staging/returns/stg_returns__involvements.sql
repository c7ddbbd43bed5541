-- Allocations of workers to children, one row a spell;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    invo_involvements_id as involvement_id,
    invo_professional_id as worker_id,
    invo_person_id as la_child_id,
    invo_professional_role_id as role_code,
    invo_professional_team as team,
    invo_involvement_start_date as involvement_start_date,
    invo_involvement_end_date as involvement_end_date,
    invo_worker_change_reason as change_reason,
    tie_order
from {{ source('returns', 'involvements') }}
