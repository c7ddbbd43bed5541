"""From files as received to landed Parquet: every cell read, or a finding. Knows no Dagster or dbt."""

__version__ = "0.2.0"  # its one home; docs/operate.md says what each number promises
