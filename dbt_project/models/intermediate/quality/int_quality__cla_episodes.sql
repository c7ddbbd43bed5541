-- Each episode of care, and whether it breaks each rule; null where the rule has nothing to judge.
with episodes as (

    select
        *,
        lag(ceased_date) over by_child as last_ceased_date,
        lead(episode_start_date) over by_child as next_start_date
    from ({{ judged('cla_episodes') }})
    window by_child as (
        partition by la_code, la_child_id order by episode_start_date, episode_id
    )

),

persons as (

    {{ judged('persons') }}

),

before as (

    select * from {{ ref('stg_ledger__cla_episodes_before') }}

),

legal_starts as (

    select distinct la_code, la_child_id, legal_status_start_date from ({{ judged('legal_statuses') }})

),

placement_starts as (

    select distinct la_code, la_child_id, placement_start_date from ({{ judged('cla_placements') }})

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
    persons.la_child_id is null as care_episode_child_unknown,
    episodes.episode_start_date < persons.birth_date as care_before_birth,
    episodes.start_reason_code is null or episodes.primary_need_code is null
        as care_codes_missing,
    (episodes.ceased_date is null) <> (episodes.ceased_reason_code is null)
        as care_end_incomplete,
    {{ begins_inside_another(
        'episodes.episode_start_date', 'episodes.ceased_date', 'earlier'
    ) }} as care_episodes_overlap,
    episodes.ceased_date = episodes.episode_start_date as care_episode_ends_same_day,
    case
        when episodes.ceased_reason_code = 'X1'
            then coalesce(episodes.next_start_date <> episodes.ceased_date, true)
    end as care_episode_not_followed,
    case
        when episodes.start_reason_code = 'S'
            then coalesce(episodes.last_ceased_date = episodes.episode_start_date, false)
    end as care_start_without_gap,
    -- the first episode sent may continue one that the history leaves out
    case
        when episodes.start_reason_code <> 'S' and episodes.last_ceased_date is not null
            then episodes.last_ceased_date <> episodes.episode_start_date
    end as care_continued_after_gap,
    case
        when episodes.start_reason_code = 'L'
            then (legal_starts.la_child_id is null or placement_starts.la_child_id is not null)
        when episodes.start_reason_code in ('P', 'T')
            then (placement_starts.la_child_id is null or legal_starts.la_child_id is not null)
        when episodes.start_reason_code in ('B', 'U')
            then (legal_starts.la_child_id is null or placement_starts.la_child_id is null)
    end as care_reason_contradicted,
    case
        when episodes.start_reason_code = 'S'
            then {{ age('persons.birth_date', 'episodes.episode_start_date') }} >= 18
    end as care_starts_at_18,
    (
        coalesce({{ age('persons.birth_date', 'episodes.episode_start_date') }} >= 18, false)
        or coalesce(episodes.episode_start_date > persons.death_date, false)
    ) as care_after_18_or_death,
    case
        when before.episode_id is not null and before.ceased_date is null
            then (
                before.episode_start_date is distinct from episodes.episode_start_date
                or before.start_reason_code is distinct from episodes.start_reason_code
                or before.primary_need_code is distinct from episodes.primary_need_code
            )
    end as open_episode_rewritten,
    (
        episodes.ceased_date < coalesce(ceased_codes.since, date '1900-01-01')
        or episodes.ceased_date > coalesce(ceased_codes.until, date '9999-12-31')
    ) as care_code_out_of_date
from episodes
left join persons
    on episodes.la_code = persons.la_code and episodes.la_child_id = persons.la_child_id
left join before
    on episodes.la_code = before.la_code and episodes.episode_id = before.episode_id
left join legal_starts
    on
        episodes.la_code = legal_starts.la_code
        and episodes.la_child_id = legal_starts.la_child_id
        and episodes.episode_start_date = legal_starts.legal_status_start_date
left join placement_starts
    on
        episodes.la_code = placement_starts.la_code
        and episodes.la_child_id = placement_starts.la_child_id
        and episodes.episode_start_date = placement_starts.placement_start_date
left join ceased_codes on episodes.ceased_reason_code = ceased_codes.code
window earlier as (
    partition by episodes.la_code, episodes.la_child_id
    order by episodes.episode_start_date, episodes.episode_id
    rows between unbounded preceding and 1 preceding
)
