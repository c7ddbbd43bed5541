-- Each placement, and whether it breaks each rule; null where the rule has nothing to judge.
with placements as (

    select
        *,
        {{ is_temporary_placement('clap_cla_placement_type') }} as is_temporary,
        row_number() over by_period = 1 as is_first,
        lead(clap_cla_placement_id) over by_period is null as is_last,
        lag(struct_pack(
            type := clap_cla_placement_type, provider := clap_cla_placement_provider, urn := clap_cla_placement_urn
        )) over by_period as before_it,
        lead(struct_pack(
            type := clap_cla_placement_type, provider := clap_cla_placement_provider, urn := clap_cla_placement_urn
        )) over by_period as after_it
    from ({{ judged('cla_placements') }})
    window by_period as (
        partition by la_code, clap_person_id, clap_cla_id
        order by clap_cla_placement_start_date, clap_cla_placement_id
    )

),

persons as (

    {{ judged('persons') }}

),

type_codes as (

    select code, since, until
    from {{ ref('code_lists') }}
    where list = 'placement_type'

)

select
    placements.la_code,
    placements.content_id,
    placements.row_number,
    persons.pers_person_id is null as placement_child_unknown,
    placements.clap_cla_placement_type is null as placement_type_missing,
    {{ begins_inside_another(
        'placements.clap_cla_placement_start_date', 'placements.clap_cla_placement_end_date', 'earlier'
    ) }} as placements_overlap,
    case placements.clap_cla_placement_type
        when 'T1' then {{ days_between('placements.clap_cla_placement_start_date',
            'coalesce(placements.clap_cla_placement_end_date, placements.as_at_date)') }} > 42
        when 'T3' then {{ days_between('placements.clap_cla_placement_start_date',
            'coalesce(placements.clap_cla_placement_end_date, placements.as_at_date)') }} > 21
        when 'T4' then {{ days_between('placements.clap_cla_placement_start_date',
            'coalesce(placements.clap_cla_placement_end_date, placements.as_at_date)') }} > 7
    end as temporary_placement_too_long,
    case
        when placements.is_first or (placements.is_last and placements.clap_cla_placement_end_date is not null)
            then placements.is_temporary
    end as care_begins_or_ends_temporary,
    case
        when placements.is_temporary and placements.before_it is not null and placements.after_it is not null
            then (placements.before_it is distinct from placements.after_it)
    end as temporary_not_returned,
    case
        when not placements.is_temporary and placements.clap_cla_placement_type <> 'Z1'
            then placements.clap_cla_placement_provider is null
    end as placement_provider_missing,
    case
        when not placements.is_temporary
            then (placements.clap_cla_placement_type = 'P1') <> (placements.clap_cla_placement_provider = 'PR0')
    end as placement_provider_contradicted,
    placements.clap_cla_placement_distance is null as placement_distance_missing,
    not placements.clap_cla_placement_distance between 0 and 350 as placement_distance_odd,
    (
        placements.clap_cla_placement_start_date < coalesce(type_codes.since, date '1900-01-01')
        or placements.clap_cla_placement_start_date > coalesce(type_codes.until, date '9999-12-31')
    ) as placement_code_out_of_date
from placements
left join persons
    on placements.la_code = persons.la_code and placements.clap_person_id = persons.pers_person_id
left join type_codes on placements.clap_cla_placement_type = type_codes.code
window earlier as (
    partition by placements.la_code, placements.clap_person_id
    order by placements.clap_cla_placement_start_date, placements.clap_cla_placement_id
    rows between unbounded preceding and 1 preceding
)
