"""From files as received to landed Parquet: every cell read, or a finding. Knows no Dagster or dbt."""
