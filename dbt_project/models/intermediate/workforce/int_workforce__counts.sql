{{ config(materialized='fresh_table') }}

-- The evidence of the workforce, added up by month.
{{ counts_by_month('int_workforce__evidence', has_breakdown=true) }}
