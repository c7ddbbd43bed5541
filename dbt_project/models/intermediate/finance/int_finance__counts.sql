{{ config(materialized='fresh_table') }}

-- The evidence of finance, added up by month.
{{ counts_by_month('int_finance__evidence') }}
