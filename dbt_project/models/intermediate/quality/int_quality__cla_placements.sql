-- Each placement, and whether it breaks each rule; null where the rule has nothing to judge.
with placements as (

    select
        *,
        {{ is_temporary_placement('placement_type_code') }} as is_temporary,
        row_number() over by_period = 1 as is_first,
        lead(placement_id) over by_period is null as is_last,
        lag(struct_pack(
            type := placement_type_code, provider := placement_provider_code, urn := urn
        )) over by_period as before_it,
        lead(struct_pack(
            type := placement_type_code, provider := placement_provider_code, urn := urn
        )) over by_period as after_it
    from ({{ judged('cla_placements') }})
    window by_period as (
        partition by la_code, la_child_id, cla_id
        order by placement_start_date, placement_id
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
    persons.la_child_id is null as placement_child_unknown,
    placements.placement_type_code is null as placement_type_missing,
    {{ begins_inside_another(
        'placements.placement_start_date', 'placements.placement_end_date', 'earlier'
    ) }} as placements_overlap,
    case placements.placement_type_code
        when 'T1' then {{ days_between('placements.placement_start_date',
            'coalesce(placements.placement_end_date, placements.as_at_date)') }} > 42
        when 'T3' then {{ days_between('placements.placement_start_date',
            'coalesce(placements.placement_end_date, placements.as_at_date)') }} > 21
        when 'T4' then {{ days_between('placements.placement_start_date',
            'coalesce(placements.placement_end_date, placements.as_at_date)') }} > 7
    end as temporary_placement_too_long,
    case
        when placements.is_first or (placements.is_last and placements.placement_end_date is not null)
            then placements.is_temporary
    end as care_begins_or_ends_temporary,
    case
        when placements.is_temporary and placements.before_it is not null and placements.after_it is not null
            then (placements.before_it is distinct from placements.after_it)
    end as temporary_not_returned,
    case
        when not placements.is_temporary and placements.placement_type_code <> 'Z1'
            then placements.placement_provider_code is null
    end as placement_provider_missing,
    case
        when not placements.is_temporary
            then (placements.placement_type_code = 'P1') <> (placements.placement_provider_code = 'PR0')
    end as placement_provider_contradicted,
    placements.distance_miles is null as placement_distance_missing,
    not placements.distance_miles between 0 and 350 as placement_distance_odd,
    (
        placements.placement_start_date < coalesce(type_codes.since, date '1900-01-01')
        or placements.placement_start_date > coalesce(type_codes.until, date '9999-12-31')
    ) as placement_code_out_of_date
from placements
left join persons
    on placements.la_code = persons.la_code and placements.la_child_id = persons.la_child_id
left join type_codes on placements.placement_type_code = type_codes.code
window earlier as (
    partition by placements.la_code, placements.la_child_id
    order by placements.placement_start_date, placements.placement_id
    rows between unbounded preceding and 1 preceding
)
