{{ config(materialized='fresh_table') }}

-- The evidence of children in need, added up by month.
{{ counts_by_month('int_need__evidence') }}
