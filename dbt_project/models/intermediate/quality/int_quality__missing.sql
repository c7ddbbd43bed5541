-- Each missing episode, and whether it breaks each rule; null where the rule has nothing to judge.
with spells as (

    {{ judged('missing') }}

),

episodes as (

    {{ judged('cla_episodes') }}

),

persons as (

    {{ judged('persons') }}

),

-- the last day in care of the period that the child went missing from; null while it goes on
from_care as (

    select
        spells.la_code,
        spells.miss_table_id,
        max(coalesce(episodes.clae_cla_episode_ceased_date, date '9999-12-31')) as ceased_date
    from spells
    inner join episodes
        on
            spells.la_code = episodes.la_code
            and spells.miss_person_id = episodes.clae_person_id
            and spells.miss_missing_episode_start_date >= episodes.clae_cla_episode_start_date
            and spells.miss_missing_episode_start_date
            <= coalesce(episodes.clae_cla_episode_ceased_date, date '9999-12-31')
    group by spells.la_code, spells.miss_table_id

),

in_care_now as (

    select distinct la_code, clae_person_id
    from episodes
    where {{ is_live('clae_cla_episode_start_date', 'clae_cla_episode_ceased_date', 'as_at_date') }}

)

select
    spells.la_code,
    spells.content_id,
    spells.row_number,
    persons.pers_person_id is null as missing_spell_child_unknown,
    {{ begins_inside_another(
        'spells.miss_missing_episode_start_date', 'spells.miss_missing_episode_end_date', 'earlier'
    ) }} as missing_spells_overlap,
    from_care.miss_table_id is null as missing_outside_care,
    spells.miss_missing_episode_start_date < persons.pers_dob as missing_before_birth,
    case
        when spells.miss_missing_episode_end_date is null and from_care.miss_table_id is not null
            then in_care_now.clae_person_id is null
    end as missing_open_after_care
from spells
left join persons
    on spells.la_code = persons.la_code and spells.miss_person_id = persons.pers_person_id
left join from_care
    on spells.la_code = from_care.la_code and spells.miss_table_id = from_care.miss_table_id
left join in_care_now
    on spells.la_code = in_care_now.la_code and spells.miss_person_id = in_care_now.clae_person_id
window earlier as (
    partition by spells.la_code, spells.miss_person_id
    order by spells.miss_missing_episode_start_date, spells.miss_table_id
    rows between unbounded preceding and 1 preceding
)
