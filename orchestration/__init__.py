"""The path of the data as Dagster assets, and the command that walks it."""
