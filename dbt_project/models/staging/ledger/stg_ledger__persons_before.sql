-- The persons of the month before the one reported, under the names of stg_returns__persons.
select
    content_id,
    la_code,
    reporting_month,
    row_number,
    pers_person_id as la_child_id,
    pers_sex as sex_code,
    pers_ethnicity as ethnicity_code,
    pers_dob as birth_date,
    pers_expected_dob as expected_birth_date,
    pers_death_date as death_date,
    pers_upn_unknown as upn_unknown_code,
    pers_legacy_id as legacy_id
from {{ source('ledger', 'persons_before') }}
