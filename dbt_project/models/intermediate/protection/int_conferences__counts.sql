{{ config(materialized='fresh_table') }}

-- The evidence of section 47 enquiries and conferences, added up by month.
{{ counts_by_month('int_conferences__evidence', has_breakdown=true) }}
