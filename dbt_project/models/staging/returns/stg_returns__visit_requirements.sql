-- The longest gap allowed between visits to a child, where it is not the standard one;
-- as each vintage reads it: the newest there is.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    person_id as la_child_id,
    kind_code,
    from_date,
    to_date,
    interval_days
from {{ source('returns', 'visit_requirements') }}
