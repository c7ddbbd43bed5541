{{ config(materialized='fresh_table') }}

-- For each indicator and month expected: whether every return it needs is there, and how far back the lead one reaches.
{{ submitted_by_month('int_periods__expected') }}
