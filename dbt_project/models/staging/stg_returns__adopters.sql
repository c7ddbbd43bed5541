-- Adoptive families and their way through approval; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    adopters.family_id,
    adopters.kind_code,
    adopters.approved_date,
    adopters.matched_date,
    adopters.left_date
from {{ source('returns', 'adopters') }} as adopters
inner join {{ source('ledger', 'sources') }} as sources on adopters.content_id = sources.content_id
