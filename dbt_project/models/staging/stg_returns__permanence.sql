-- Adoption and other permanence decisions, one row a child and decision;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    permanence.perm_table_id as permanence_id,
    permanence.perm_person_id as la_child_id,
    permanence.perm_cla_id as cla_id,
    permanence.perm_adm_decision_date as decision_date,
    permanence.perm_placement_order_date as placement_order_date,
    permanence.perm_matched_date as matched_date,
    permanence.perm_placed_for_adoption_date as placed_for_adoption_date,
    coalesce(permanence.perm_adopted_by_carer_flag, false) as is_adopted_by_carer,
    permanence.perm_placed_foster_carer_date as placed_foster_carer_date,
    permanence.perm_decision_reversed_date as decision_reversed_date,
    permanence.perm_decision_reversed_reason as decision_reversed_reason_code,
    permanence.perm_permanence_order_date as permanence_order_date,
    permanence.perm_permanence_order_type as permanence_order_type_code
from {{ source('returns', 'permanence') }} as permanence
inner join {{ source('ledger', 'sources') }} as sources on permanence.content_id = sources.content_id
