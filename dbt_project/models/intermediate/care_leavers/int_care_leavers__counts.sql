{{ config(materialized='fresh_table') }}

-- The evidence of care leavers, added up by month.
{{ counts_by_month('int_care_leavers__evidence') }}
