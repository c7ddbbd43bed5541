{{ config(materialized='fresh_table') }}

-- The evidence of early help, added up by month.
{{ counts_by_month('int_early_help__evidence') }}
