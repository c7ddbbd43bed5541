-- Each episode of care, and whether it breaks each rule; null where the rule has nothing to judge.
with episodes as (

    select
        *,
        lag(clae_cla_episode_ceased_date) over by_child as last_ceased_date,
        lead(clae_cla_episode_start_date) over by_child as next_start_date
    from ({{ judged('cla_episodes') }})
    window by_child as (
        partition by la_code, clae_person_id order by clae_cla_episode_start_date, clae_cla_episode_id
    )

),

persons as (

    {{ judged('persons') }}

),

before as (

    select * from {{ source('ledger', 'cla_episodes_before') }}

),

legal_starts as (

    select distinct la_code, lega_person_id, lega_legal_status_start_date from ({{ judged('legal_statuses') }})

),

placement_starts as (

    select distinct la_code, clap_person_id, clap_cla_placement_start_date from ({{ judged('cla_placements') }})

),

ceased_codes as (

    select code, since, until
    from {{ ref('code_lists') }}
    where list = 'episode_end_reason'

)

select
    episodes.la_code,
    episodes.content_id,
    episodes.row_number,
    persons.pers_person_id is null as care_episode_child_unknown,
    episodes.clae_cla_episode_start_date < persons.pers_dob as care_before_birth,
    episodes.clae_cla_episode_start_reason is null or episodes.clae_cla_primary_need_code is null
        as care_codes_missing,
    (episodes.clae_cla_episode_ceased_date is null) <> (episodes.clae_cla_episode_ceased_reason is null)
        as care_end_incomplete,
    {{ begins_inside_another(
        'episodes.clae_cla_episode_start_date', 'episodes.clae_cla_episode_ceased_date', 'earlier'
    ) }} as care_episodes_overlap,
    episodes.clae_cla_episode_ceased_date = episodes.clae_cla_episode_start_date as care_episode_ends_same_day,
    case
        when episodes.clae_cla_episode_ceased_reason = 'X1'
            then coalesce(episodes.next_start_date <> episodes.clae_cla_episode_ceased_date, true)
    end as care_episode_not_followed,
    case
        when episodes.clae_cla_episode_start_reason = 'S'
            then coalesce(episodes.last_ceased_date = episodes.clae_cla_episode_start_date, false)
    end as care_start_without_gap,
    -- the first episode sent may continue one that the history leaves out
    case
        when episodes.clae_cla_episode_start_reason <> 'S' and episodes.last_ceased_date is not null
            then episodes.last_ceased_date <> episodes.clae_cla_episode_start_date
    end as care_continued_after_gap,
    case
        when episodes.clae_cla_episode_start_reason = 'L'
            then (legal_starts.lega_person_id is null or placement_starts.clap_person_id is not null)
        when episodes.clae_cla_episode_start_reason in ('P', 'T')
            then (placement_starts.clap_person_id is null or legal_starts.lega_person_id is not null)
        when episodes.clae_cla_episode_start_reason in ('B', 'U')
            then (legal_starts.lega_person_id is null or placement_starts.clap_person_id is null)
    end as care_reason_contradicted,
    case
        when episodes.clae_cla_episode_start_reason = 'S'
            then {{ age('persons.pers_dob', 'episodes.clae_cla_episode_start_date') }} >= 18
    end as care_starts_at_18,
    (
        coalesce({{ age('persons.pers_dob', 'episodes.clae_cla_episode_start_date') }} >= 18, false)
        or coalesce(episodes.clae_cla_episode_start_date > persons.pers_death_date, false)
    ) as care_after_18_or_death,
    case
        when before.clae_cla_episode_id is not null and before.clae_cla_episode_ceased_date is null
            then (
                before.clae_cla_episode_start_date is distinct from episodes.clae_cla_episode_start_date
                or before.clae_cla_episode_start_reason is distinct from episodes.clae_cla_episode_start_reason
                or before.clae_cla_primary_need_code is distinct from episodes.clae_cla_primary_need_code
            )
    end as open_episode_rewritten,
    (
        episodes.clae_cla_episode_ceased_date < coalesce(ceased_codes.since, date '1900-01-01')
        or episodes.clae_cla_episode_ceased_date > coalesce(ceased_codes.until, date '9999-12-31')
    ) as care_code_out_of_date
from episodes
left join persons
    on episodes.la_code = persons.la_code and episodes.clae_person_id = persons.pers_person_id
left join before
    on episodes.la_code = before.la_code and episodes.clae_cla_episode_id = before.clae_cla_episode_id
left join legal_starts
    on
        episodes.la_code = legal_starts.la_code
        and episodes.clae_person_id = legal_starts.lega_person_id
        and episodes.clae_cla_episode_start_date = legal_starts.lega_legal_status_start_date
left join placement_starts
    on
        episodes.la_code = placement_starts.la_code
        and episodes.clae_person_id = placement_starts.clap_person_id
        and episodes.clae_cla_episode_start_date = placement_starts.clap_cla_placement_start_date
left join ceased_codes on episodes.clae_cla_episode_ceased_reason = ceased_codes.code
window earlier as (
    partition by episodes.la_code, episodes.clae_person_id
    order by episodes.clae_cla_episode_start_date, episodes.clae_cla_episode_id
    rows between unbounded preceding and 1 preceding
)
