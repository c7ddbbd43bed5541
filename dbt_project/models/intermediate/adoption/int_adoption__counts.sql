{{ config(materialized='fresh_table') }}

-- The evidence of adoption, added up by month.
{{ counts_by_month('int_adoption__evidence') }}
