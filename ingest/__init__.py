"""From files as received to landed Parquet: every cell read, or a finding. Knows nothing of Dagster or dbt."""
