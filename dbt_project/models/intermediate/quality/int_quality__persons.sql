-- Each child's record, and whether it breaks each rule: true, false, or null where the rule has nothing to judge.
with persons as (

    {{ judged('persons') }}

),

before as (

    select * from {{ source('ledger', 'persons_before') }}

),

shared_legacy_ids as (

    select la_code, pers_legacy_id
    from persons
    where pers_legacy_id is not null
    group by la_code, pers_legacy_id
    having count(*) > 1

),

not_yet_sent as (

    select la_code, pers_person_id
    from persons
    where pers_upn_unknown = 'UN4'

),

-- since when those are known of whom it is asked
first_known as (

    select spells.la_code, spells.la_child_id, min(spells.known_from) as known_from
    from (
        select la_code, cine_person_id as la_child_id, cine_referral_date as known_from
        from ({{ judged('cin_episodes') }})
        union all
        select la_code, clae_person_id as la_child_id, clae_cla_episode_start_date as known_from
        from ({{ judged('cla_episodes') }})
    ) as spells
    semi join not_yet_sent
        on spells.la_code = not_yet_sent.la_code and spells.la_child_id = not_yet_sent.pers_person_id
    group by spells.la_code, spells.la_child_id

)

select
    persons.la_code,
    persons.content_id,
    persons.row_number,
    persons.pers_dob > persons.as_at_date as birth_after_period_end,
    (persons.pers_dob is null) = (persons.pers_expected_dob is null) as birth_or_expected_date,
    -- an overdue baby is entered within weeks
    case
        when persons.pers_dob is null
            then (
                persons.pers_expected_dob < persons.as_at_date - 42
                or persons.pers_expected_dob > {{ plus_months('persons.as_at_date', 9) }}
            )
    end as expected_birth_far,
    case
        when persons.pers_death_date is not null
            then (
                coalesce(persons.pers_death_date < persons.pers_dob, false)
                or persons.pers_death_date > persons.as_at_date
            )
    end as death_out_of_order,
    persons.pers_sex is null as sex_missing,
    case
        when persons.pers_dob is null and persons.pers_expected_dob is not null then persons.pers_sex <> 'U'
    end as unborn_sex_known,
    persons.pers_ethnicity is null as ethnicity_missing,
    case
        when persons.pers_upn_unknown = 'UN1'
            then {{ age('persons.pers_dob', 'persons.as_at_date') }} between 5 and 15
    end as upn_reason_not_for_age,
    case
        when persons.pers_upn_unknown = 'UN4' then first_known.known_from < persons.as_at_date - 7
    end as upn_reason_out_of_date,
    case when persons.pers_legacy_id is not null then shared_legacy_ids.pers_legacy_id is not null end
        as legacy_id_shared,
    -- a baby's birth replaces the expected date
    case when before.pers_dob is not null then (persons.pers_dob is distinct from before.pers_dob) end
        as birth_date_changed,
    case
        when before.pers_sex in ('M', 'F') then (persons.pers_sex is distinct from before.pers_sex)
    end as sex_changed,
    case
        when before.pers_ethnicity not in ('NOBT', 'REFU')
            then (persons.pers_ethnicity is distinct from before.pers_ethnicity)
    end as ethnicity_changed,
    case
        when before.pers_dob is not null and before.pers_sex in ('M', 'F')
            then persons.pers_dob <> before.pers_dob and persons.pers_sex <> before.pers_sex
    end as child_id_reused
from persons
left join before
    on persons.la_code = before.la_code and persons.pers_person_id = before.pers_person_id
left join first_known
    on persons.la_code = first_known.la_code and persons.pers_person_id = first_known.la_child_id
left join shared_legacy_ids
    on persons.la_code = shared_legacy_ids.la_code and persons.pers_legacy_id = shared_legacy_ids.pers_legacy_id
