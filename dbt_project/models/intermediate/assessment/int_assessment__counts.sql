{{ config(materialized='fresh_table') }}

-- The evidence of assessments, added up by month.
{{ counts_by_month('int_assessment__evidence') }}
