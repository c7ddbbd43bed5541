-- Adoption and other permanence decisions, one row a child and decision;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    perm_table_id as permanence_id,
    perm_person_id as la_child_id,
    perm_cla_id as cla_id,
    perm_adm_decision_date as decision_date,
    perm_placement_order_date as placement_order_date,
    perm_matched_date as matched_date,
    perm_placed_for_adoption_date as placed_for_adoption_date,
    coalesce(perm_adopted_by_carer_flag, false) as is_adopted_by_carer,
    perm_placed_foster_carer_date as placed_foster_carer_date,
    perm_decision_reversed_date as decision_reversed_date,
    perm_decision_reversed_reason as decision_reversed_reason_code,
    perm_permanence_order_date as permanence_order_date,
    perm_permanence_order_type as permanence_order_type_code
from {{ source('returns', 'permanence') }}
