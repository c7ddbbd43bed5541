-- Allocations of workers to children, one row a spell;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    involvements.invo_involvements_id as involvement_id,
    involvements.invo_professional_id as worker_id,
    involvements.invo_person_id as la_child_id,
    involvements.invo_professional_role_id as role_code,
    involvements.invo_professional_team as team,
    involvements.invo_involvement_start_date as involvement_start_date,
    involvements.invo_involvement_end_date as involvement_end_date,
    involvements.invo_worker_change_reason as change_reason,
    involvements.tie_order
from {{ source('returns', 'involvements') }} as involvements
inner join {{ source('ledger', 'sources') }} as sources on involvements.content_id = sources.content_id
