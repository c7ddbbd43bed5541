-- Disabilities of children, one row a child and code;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    disa_table_id as disability_id,
    disa_person_id as la_child_id,
    disa_disability_code as disability_code
from {{ source('returns', 'disabilities') }}
