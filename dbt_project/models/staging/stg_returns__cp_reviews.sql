-- Review child protection conferences, one row a review and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cp_reviews.cppr_cp_review_id as review_id,
    cp_reviews.cppr_person_id as la_child_id,
    cp_reviews.cppr_cp_plan_id as cp_plan_id,
    cp_reviews.cppr_cp_review_due as due_date,
    cp_reviews.cppr_cp_review_date as review_date,
    cp_reviews.cppr_cp_review_meeting_id as meeting_id,
    cp_reviews.cppr_cp_review_outcome_continue_cp as is_plan_continued,
    cp_reviews.cppr_cp_review_quorate as is_quorate
from {{ source('returns', 'cp_reviews') }} as cp_reviews
inner join {{ source('ledger', 'sources') }} as sources on cp_reviews.content_id = sources.content_id
