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
        spells.missing_id,
        max(coalesce(episodes.ceased_date, date '9999-12-31')) as ceased_date
    from spells
    inner join episodes
        on
            spells.la_code = episodes.la_code
            and spells.la_child_id = episodes.la_child_id
            and spells.missing_start_date >= episodes.episode_start_date
            and spells.missing_start_date
            <= coalesce(episodes.ceased_date, date '9999-12-31')
    group by spells.la_code, spells.missing_id

),

in_care_now as (

    select distinct la_code, la_child_id
    from episodes
    where {{ is_live('episode_start_date', 'ceased_date', 'as_at_date') }}

)

select
    spells.la_code,
    spells.content_id,
    spells.row_number,
    persons.la_child_id is null as missing_spell_child_unknown,
    {{ begins_inside_another(
        'spells.missing_start_date', 'spells.missing_end_date', 'earlier'
    ) }} as missing_spells_overlap,
    from_care.missing_id is null as missing_outside_care,
    spells.missing_start_date < persons.birth_date as missing_before_birth,
    case
        when spells.missing_end_date is null and from_care.missing_id is not null
            then in_care_now.la_child_id is null
    end as missing_open_after_care
from spells
left join persons
    on spells.la_code = persons.la_code and spells.la_child_id = persons.la_child_id
left join from_care
    on spells.la_code = from_care.la_code and spells.missing_id = from_care.missing_id
left join in_care_now
    on spells.la_code = in_care_now.la_code and spells.la_child_id = in_care_now.la_child_id
window earlier as (
    partition by spells.la_code, spells.la_child_id
    order by spells.missing_start_date, spells.missing_id
    rows between unbounded preceding and 1 preceding
)
