-- Each spell of a legal status, and whether it breaks each rule; null where the rule has nothing to judge. Days of
-- short breaks are counted over the twelve months to the month's end.
with spells as (

    select
        *,
        case
            when legal_status_code = 'V3'
                then greatest(0, {{ days_between(
                    "greatest(legal_status_start_date, as_at_date - 365)",
                    "least(coalesce(legal_status_end_date, as_at_date), as_at_date)"
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
    persons.la_child_id is null as legal_status_child_unknown,
    case
        when spells.legal_status_code = 'V3'
            then {{ days_between('spells.legal_status_start_date',
                'coalesce(spells.legal_status_end_date, spells.as_at_date)') }} > 17
    end as respite_too_long,
    case
        when spells.break_days > 0
            then sum(spells.break_days) over (partition by spells.la_code, spells.la_child_id) > 75
    end as respite_over_75_days
from spells
left join persons
    on spells.la_code = persons.la_code and spells.la_child_id = persons.la_child_id
