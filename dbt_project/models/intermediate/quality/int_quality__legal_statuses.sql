-- Each spell of a legal status, and whether it breaks each rule; null where the rule has nothing to judge. Days of
-- short breaks are counted over the twelve months to the month's end.
with spells as (

    select
        *,
        case
            when lega_legal_status = 'V3'
                then greatest(0, {{ days_between(
                    "greatest(lega_legal_status_start_date, as_at_date - 365)",
                    "least(coalesce(lega_legal_status_end_date, as_at_date), as_at_date)"
                ) }})
        end as break_days
    from ({{ judged('legal_statuses') }})

),

persons as (

    {{ judged('persons') }}

)

select
    spells.la_code,
    spells.content_id,
    spells.row_number,
    persons.pers_person_id is null as legal_status_child_unknown,
    case
        when spells.lega_legal_status = 'V3'
            then {{ days_between('spells.lega_legal_status_start_date',
                'coalesce(spells.lega_legal_status_end_date, spells.as_at_date)') }} > 17
    end as respite_too_long,
    case
        when spells.break_days > 0
            then sum(spells.break_days) over (partition by spells.la_code, spells.lega_person_id) > 75
    end as respite_over_75_days
from spells
left join persons
    on spells.la_code = persons.la_code and spells.lega_person_id = persons.pers_person_id
