-- Who counts towards each adoption indicator.
with permanence as (

    select
        permanence.*,
        entries.entered_care_date,
        case
            when permanence.is_adopted_by_carer and permanence.placed_foster_carer_date is not null
                then permanence.placed_foster_carer_date
            else permanence.placed_for_adoption_date
        end as moved_in_date
    from {{ ref('stg_returns__permanence') }} as permanence
    left join {{ ref('int_care__entries') }} as entries
        on
            permanence.vintage_id = entries.vintage_id
            and permanence.la_child_id = entries.la_child_id
            and permanence.cla_id = entries.cla_id

),

adopted as (

    select * from permanence
    where permanence_order_type_code = 'ADOPTION' and permanence_order_date is not null

),

-- adopt_a1_days  Entering care to moving in with adopters (A1)
-- adopt_a10_days  A1 adjusted for carer adoption (A10)
-- adopt_a2_days  Placement order to match (A2)
durations as (

    select
        'adopt_a1_days' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, permanence_order_date as counted_on,
        {{ days_between('entered_care_date', 'placed_for_adoption_date') }} as numerator
    from adopted
    where entered_care_date <= placed_for_adoption_date
    union all
    select
        'adopt_a10_days' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, permanence_order_date as counted_on,
        {{ days_between('entered_care_date', 'moved_in_date') }} as numerator
    from adopted
    where entered_care_date <= moved_in_date
    union all
    select
        'adopt_a2_days' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, permanence_order_date as counted_on,
        {{ days_between('placement_order_date', 'matched_date') }} as numerator
    from adopted
    where placement_order_date <= matched_date

),

-- adopt_placed_count  Children placed for adoption
-- shobpa_decisions  Adoption decisions made
counted as (

    select
        'adopt_placed_count' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, placed_for_adoption_date as counted_on,
        1 as numerator
    from permanence
    where placed_for_adoption_date is not null
    union all
    select
        'shobpa_decisions' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, decision_date as counted_on, 1 as numerator
    from permanence
    where decision_date is not null

),

-- shobpa_open  Children with an adoption decision, not yet placed; any permanence order ends the wait
waiting_children as (

    select
        'shobpa_open' as indicator_id, permanence.vintage_id, any_value(permanence.content_id) as content_id,
        min(permanence.row_number) as row_number, permanence.la_child_id,
        periods.period_end as counted_on, 1 as numerator
    from permanence
    inner join {{ ref('int_periods__expected') }} as periods
        on
            permanence.vintage_id = periods.vintage_id
            and {{ is_live(
                'permanence.decision_date',
                'least(permanence.placed_for_adoption_date, permanence.decision_reversed_date, '
                ~ 'permanence.permanence_order_date)',
                'periods.period_end'
            ) }}
    group by all

),

families as (

    select * from {{ ref('stg_returns__adopters') }}
    where kind_code = 'IN_HOUSE'

),

-- adopters_approved  Adoptive families approved
approved as (

    select
        'adopters_approved' as indicator_id, vintage_id, content_id, row_number,
        null::varchar as la_child_id, approved_date as counted_on,
        1 as numerator
    from families
    where approved_date is not null

),

-- adopters_waiting  Approved families not yet matched
waiting_families as (

    select
        'adopters_waiting' as indicator_id, families.vintage_id, families.content_id, families.row_number,
        null::varchar as la_child_id,
        periods.period_end as counted_on, 1 as numerator
    from families
    inner join {{ ref('int_periods__expected') }} as periods
        on
            families.vintage_id = periods.vintage_id
            and {{ is_live(
                'families.approved_date', 'least(families.matched_date, families.left_date)', 'periods.period_end'
            ) }}

),

-- adopter_sufficiency  Children waiting per available family
sufficiency as (

    select
        'adopter_sufficiency' as indicator_id, vintage_id, content_id, row_number,
        la_child_id, counted_on, 1 as numerator, null as denominator
    from waiting_children
    union all
    select
        'adopter_sufficiency' as indicator_id, vintage_id, content_id, row_number, null as la_child_id, counted_on,
        0 as numerator, 1 as denominator
    from waiting_families

)

select *, 1 as denominator from durations
union all by name
select *, null as denominator from counted
union all by name
select *, null as denominator from waiting_children
union all by name
select *, null as denominator from approved
union all by name
select *, null as denominator from waiting_families
union all by name
select * from sufficiency
