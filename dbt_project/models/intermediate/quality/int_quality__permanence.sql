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
        clae_cla_id,
        coalesce(min(clae_entered_care_date), min(clae_cla_episode_start_date)) as entered_date,
        case when count(clae_cla_episode_ceased_date) = count(*) then max(clae_cla_episode_ceased_date) end
            as left_date
    from ({{ judged('cla_episodes') }})
    group by la_code, clae_cla_id

)

select
    decisions.la_code,
    decisions.content_id,
    decisions.row_number,
    persons.pers_person_id is null as permanence_child_unknown,
    coalesce(decisions.perm_matched_date < decisions.perm_adm_decision_date, false)
    or coalesce(decisions.perm_placed_for_adoption_date < decisions.perm_matched_date, false)
    or coalesce(decisions.perm_placed_for_adoption_date < decisions.perm_adm_decision_date, false)
        as permanence_out_of_order,
    decisions.perm_adm_decision_date < care.entered_date as decision_before_care,
    case
        when decisions.perm_placed_for_adoption_date is not null or decisions.perm_placement_order_date is not null
            then decisions.perm_adm_decision_date is null
    end as placed_without_decision,
    case
        when decisions.perm_decision_reversed_date is not null
            then coalesce(decisions.perm_decision_reversed_date < decisions.perm_adm_decision_date, true)
    end as reversal_out_of_order,
    case
        when decisions.perm_permanence_order_type = 'ADOPTION' then decisions.perm_decision_reversed_date is not null
    end as adopted_with_reversal,
    case
        when decisions.perm_adm_decision_date is not null and care.left_date is not null
            then decisions.perm_decision_reversed_date is null and decisions.perm_permanence_order_date is null
    end as decision_open_after_care
from decisions
left join persons
    on decisions.la_code = persons.la_code and decisions.perm_person_id = persons.pers_person_id
left join care on decisions.la_code = care.la_code and decisions.perm_cla_id = care.clae_cla_id
