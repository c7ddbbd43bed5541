-- Immigration statuses of children, one row a spell; as each vintage reads it: the newest snapshot is the whole record.
select
    vintage_id,
    content_id,
    la_code,
    row_number,
    as_at_date,
    immi_immigration_status_id as immigration_status_id,
    immi_person_id as la_child_id,
    upper(trim(immi_immigration_status)) = 'UASC' as is_unaccompanied,
    immi_immigration_status_start_date as status_start_date,
    immi_immigration_status_end_date as status_end_date
from {{ source('returns', 'immigration_statuses') }}
