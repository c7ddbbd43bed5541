-- Assessments by social workers, one row an assessment and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    cina_assessment_id as assessment_id,
    cina_person_id as la_child_id,
    cina_referral_id as referral_id,
    cina_assessment_start_date as assessment_start_date,
    cina_assessment_auth_date as authorised_date,
    coalesce(cina_assessment_outcome_nfa, false) as is_no_further_action,
    cina_assessment_child_seen as is_child_seen,
    cina_assessment_team as team,
    cina_assessment_worker_id as worker_id,
    coalesce(assessment_type, 'single') as assessment_type_code
from {{ source('returns', 'cin_assessments') }}
