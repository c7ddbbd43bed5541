"""A second engine for the models: Spark. DuckDB is the first, and needs nothing of this folder."""

SPARK = "spark"
