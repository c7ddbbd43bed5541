-- Each permanence decision, and whether it breaks each rule; null where the rule has nothing to judge.
with decisions as (

    {{ judged('permanence') }}

),

persons as (

    {{ judged('persons') }}

),

care as (

    select
        la_code,
        cla_id,
        coalesce(min(entered_care_date), min(episode_start_date)) as entered_date,
        case when count(ceased_date) = count(*) then max(ceased_date) end
            as left_date
    from ({{ judged('cla_episodes') }})
    group by la_code, cla_id

)

select
    decisions.la_code,
    decisions.content_id,
    decisions.row_number,
    persons.la_child_id is null as permanence_child_unknown,
    coalesce(decisions.matched_date < decisions.decision_date, false)
    or coalesce(decisions.placed_for_adoption_date < decisions.matched_date, false)
    or coalesce(decisions.placed_for_adoption_date < decisions.decision_date, false)
        as permanence_out_of_order,
    decisions.decision_date < care.entered_date as decision_before_care,
    case
        when decisions.placed_for_adoption_date is not null or decisions.placement_order_date is not null
            then decisions.decision_date is null
    end as placed_without_decision,
    case
        when decisions.decision_reversed_date is not null
            then coalesce(decisions.decision_reversed_date < decisions.decision_date, true)
    end as reversal_out_of_order,
    case
        when decisions.permanence_order_type_code = 'ADOPTION' then decisions.decision_reversed_date is not null
    end as adopted_with_reversal,
    case
        when decisions.decision_date is not null and care.left_date is not null
            then decisions.decision_reversed_date is null and decisions.permanence_order_date is null
    end as decision_open_after_care
from decisions
left join persons
    on decisions.la_code = persons.la_code and decisions.la_child_id = persons.la_child_id
left join care on decisions.la_code = care.la_code and decisions.cla_id = care.cla_id
