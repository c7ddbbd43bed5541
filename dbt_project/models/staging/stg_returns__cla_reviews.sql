-- Reviews of looked after children; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cla_reviews.clar_cla_review_id as review_id,
    cla_reviews.clar_cla_id as cla_id,
    cla_reviews.clar_cla_review_due_date as due_date,
    cla_reviews.clar_cla_review_date as review_date,
    coalesce(cla_reviews.clar_cla_review_cancelled, false) as is_cancelled,
    cla_reviews.clar_cla_review_participation as participation_code
from {{ source('returns', 'cla_reviews') }} as cla_reviews
inner join {{ source('ledger', 'sources') }} as sources on cla_reviews.content_id = sources.content_id
