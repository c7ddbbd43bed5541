-- Reviews of looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    clar_cla_review_id as review_id,
    clar_cla_id as cla_id,
    clar_cla_review_due_date as due_date,
    clar_cla_review_date as review_date,
    coalesce(clar_cla_review_cancelled, false) as is_cancelled,
    clar_cla_review_participation as participation_code
from {{ source('returns', 'cla_reviews') }}
