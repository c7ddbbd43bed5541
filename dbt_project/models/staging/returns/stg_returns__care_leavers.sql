-- Care leavers as they stand at the month end, one row a young person;
-- as it stood in each month that a vintage answers for.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    {{ month_number_of_text('source_month') }} as source_month_number,
    as_at_date,
    clea_table_id as care_leaver_id,
    clea_person_id as la_child_id,
    clea_care_leaver_eligibility as eligibility_code,
    clea_care_leaver_in_touch as in_touch_code,
    clea_care_leaver_latest_contact as latest_contact_date,
    clea_care_leaver_accommodation as accommodation_code,
    clea_care_leaver_accom_suitable as accommodation_suitable_code,
    clea_care_leaver_activity as activity_code,
    clea_pathway_plan_review_date as pathway_plan_review_date,
    clea_care_leaver_allocated_team as team
from {{ source('returns', 'care_leavers') }}
