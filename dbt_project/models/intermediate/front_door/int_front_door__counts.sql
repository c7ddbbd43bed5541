{{ config(materialized='fresh_table') }}

-- The evidence of the front door, added up by month.
{{ counts_by_month('int_front_door__evidence') }}
