-- Each child's record, and whether it breaks each rule: true, false, or null where the rule has nothing to judge.
with persons as (

    {{ judged('persons') }}

),

before as (

    select * from {{ ref('stg_ledger__persons_before') }}

),

shared_legacy_ids as (

    select la_code, legacy_id
    from persons
    where legacy_id is not null
    group by la_code, legacy_id
    having count(*) > 1

),

not_yet_sent as (

    select la_code, la_child_id
    from persons
    where upn_unknown_code = 'UN4'

),

-- since when those are known of whom it is asked
first_known as (

    select spells.la_code, spells.la_child_id, min(spells.known_from) as known_from
    from (
        select la_code, la_child_id, referral_date as known_from
        from ({{ judged('cin_episodes') }})
        union all
        select la_code, la_child_id, episode_start_date as known_from
        from ({{ judged('cla_episodes') }})
    ) as spells
    semi join not_yet_sent
        on spells.la_code = not_yet_sent.la_code and spells.la_child_id = not_yet_sent.la_child_id
    group by spells.la_code, spells.la_child_id

)

select
    persons.la_code,
    persons.content_id,
    persons.row_number,
    persons.birth_date > persons.as_at_date as birth_after_period_end,
    (persons.birth_date is null) = (persons.expected_birth_date is null) as birth_or_expected_date,
    -- an overdue baby is entered within weeks
    case
        when persons.birth_date is null
            then (
                persons.expected_birth_date < persons.as_at_date - 42
                or persons.expected_birth_date > {{ plus_months('persons.as_at_date', 9) }}
            )
    end as expected_birth_far,
    case
        when persons.death_date is not null
            then (
                coalesce(persons.death_date < persons.birth_date, false)
                or persons.death_date > persons.as_at_date
            )
    end as death_out_of_order,
    persons.sex_code is null as sex_missing,
    case
        when persons.birth_date is null and persons.expected_birth_date is not null then persons.sex_code <> 'U'
    end as unborn_sex_known,
    persons.ethnicity_code is null as ethnicity_missing,
    case
        when persons.upn_unknown_code = 'UN1'
            then {{ age('persons.birth_date', 'persons.as_at_date') }} between 5 and 15
    end as upn_reason_not_for_age,
    case
        when persons.upn_unknown_code = 'UN4' then first_known.known_from < persons.as_at_date - 7
    end as upn_reason_out_of_date,
    case when persons.legacy_id is not null then shared_legacy_ids.legacy_id is not null end
        as legacy_id_shared,
    -- a baby's birth replaces the expected date
    case when before.birth_date is not null then (persons.birth_date is distinct from before.birth_date) end
        as birth_date_changed,
    case
        when before.sex_code in ('M', 'F') then (persons.sex_code is distinct from before.sex_code)
    end as sex_changed,
    case
        when before.ethnicity_code not in ('NOBT', 'REFU')
            then (persons.ethnicity_code is distinct from before.ethnicity_code)
    end as ethnicity_changed,
    case
        when before.birth_date is not null and before.sex_code in ('M', 'F')
            then persons.birth_date <> before.birth_date and persons.sex_code <> before.sex_code
    end as child_id_reused
from persons
left join before
    on persons.la_code = before.la_code and persons.la_child_id = before.la_child_id
left join first_known
    on persons.la_code = first_known.la_code and persons.la_child_id = first_known.la_child_id
left join shared_legacy_ids
    on persons.la_code = shared_legacy_ids.la_code and persons.legacy_id = shared_legacy_ids.legacy_id
