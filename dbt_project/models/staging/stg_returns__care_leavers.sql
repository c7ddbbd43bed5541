-- Care leavers as they stand at the month end, one row a young person;
-- as it stood in each month that a vintage answers for.
select
    sources.vintage_id,
    {{ month_number_of_text('sources.source_month') }} as source_month_number,
    sources.as_at_date,
    care_leavers.clea_table_id as care_leaver_id,
    care_leavers.clea_person_id as la_child_id,
    care_leavers.clea_care_leaver_eligibility as eligibility_code,
    care_leavers.clea_care_leaver_in_touch as in_touch_code,
    care_leavers.clea_care_leaver_latest_contact as latest_contact_date,
    care_leavers.clea_care_leaver_accommodation as accommodation_code,
    care_leavers.clea_care_leaver_accom_suitable as accommodation_suitable_code,
    care_leavers.clea_care_leaver_activity as activity_code,
    care_leavers.clea_pathway_plan_review_date as pathway_plan_review_date,
    care_leavers.clea_care_leaver_allocated_team as team
from {{ source('returns', 'care_leavers') }} as care_leavers
inner join {{ source('ledger', 'sources') }} as sources on care_leavers.content_id = sources.content_id
