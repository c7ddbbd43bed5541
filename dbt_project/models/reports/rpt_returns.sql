{{ config(materialized='view') }}

-- The newest word on each return of a month: whether one was accepted, or what became of the last that came.
select
    la_code,
    reporting_month,
    return_name,
    bool_or(submission_status = 'accepted') over of_return as is_accepted,
    bool_or(is_required) over of_return as is_required,
    submission_status,
    reason
from {{ ref('fct_submissions') }}
window of_return as (partition by la_code, reporting_month, return_name)
qualify row_number() over (
    partition by la_code, reporting_month, return_name order by version desc, source_format asc
) = 1
