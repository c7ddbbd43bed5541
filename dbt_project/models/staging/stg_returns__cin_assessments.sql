-- Assessments by social workers, one row an assessment and child;
-- as each vintage reads it: the newest snapshot is the whole record.
select
    sources.vintage_id,
    sources.as_at_date,
    cin_assessments.cina_assessment_id as assessment_id,
    cin_assessments.cina_person_id as la_child_id,
    cin_assessments.cina_referral_id as referral_id,
    cin_assessments.cina_assessment_start_date as assessment_start_date,
    cin_assessments.cina_assessment_auth_date as authorised_date,
    coalesce(cin_assessments.cina_assessment_outcome_nfa, false) as is_no_further_action,
    cin_assessments.cina_assessment_child_seen as is_child_seen,
    cin_assessments.cina_assessment_team as team,
    cin_assessments.cina_assessment_worker_id as worker_id,
    coalesce(cin_assessments.assessment_type, 'single') as assessment_type_code
from {{ source('returns', 'cin_assessments') }} as cin_assessments
inner join {{ source('ledger', 'sources') }} as sources on cin_assessments.content_id = sources.content_id
