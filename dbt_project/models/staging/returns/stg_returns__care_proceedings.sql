-- Care proceedings issued, one row a child and application;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    person_id as la_child_id,
    application_date
from {{ source('returns', 'care_proceedings') }}
