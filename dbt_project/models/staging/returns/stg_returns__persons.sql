-- Children known to the authority, one row a child; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    pers_person_id as la_child_id,
    pers_sex as sex_code,
    pers_ethnicity as ethnicity_code,
    pers_dob as birth_date,
    pers_expected_dob as expected_birth_date,
    pers_death_date as death_date,
    pers_upn_unknown as upn_unknown_code,
    pers_legacy_id as legacy_id
from {{ source('returns', 'persons') }}
