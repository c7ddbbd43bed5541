-- Education, health and care plans in force, one row a plan;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    ehcp_active_ehcp_id as ehc_plan_id,
    ehcp_person_id as la_child_id,
    start_date as ehc_plan_start_date,
    end_date as ehc_plan_end_date
from {{ source('returns', 'ehcp_active_plans') }}
