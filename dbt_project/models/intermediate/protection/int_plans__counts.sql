{{ config(materialized='fresh_table') }}

-- The evidence of child protection plans, added up by month.
{{ counts_by_month('int_plans__evidence', has_breakdown=true) }}
