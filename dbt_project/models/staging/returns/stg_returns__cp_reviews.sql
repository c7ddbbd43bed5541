-- Review child protection conferences, one row a review and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cppr_cp_review_id as review_id,
    cppr_person_id as la_child_id,
    cppr_cp_plan_id as cp_plan_id,
    cppr_cp_review_due as due_date,
    cppr_cp_review_date as review_date,
    cppr_cp_review_meeting_id as meeting_id,
    cppr_cp_review_outcome_continue_cp as is_plan_continued,
    cppr_cp_review_quorate as is_quorate
from {{ source('returns', 'cp_reviews') }}
