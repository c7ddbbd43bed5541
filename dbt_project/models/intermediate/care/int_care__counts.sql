{{ config(materialized='fresh_table') }}

-- The evidence of children looked after, added up by month.
{{ counts_by_month('int_care__evidence') }}
