-- Children known to the authority, one row a child; as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    persons.pers_person_id as la_child_id,
    persons.pers_sex as sex_code,
    persons.pers_ethnicity as ethnicity_code,
    persons.pers_dob as birth_date,
    persons.pers_expected_dob as expected_birth_date,
    persons.pers_death_date as death_date,
    persons.pers_upn_unknown as upn_unknown_code,
    persons.pers_legacy_id as legacy_id
from {{ source('returns', 'persons') }} as persons
inner join {{ source('ledger', 'sources') }} as sources on persons.content_id = sources.content_id
