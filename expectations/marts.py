"""Great Expectations over the marts: whether what readers are about to get is whole and says what it may."""

import duckdb
import pandas as pd


def summary(db: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Grain: one authority, status, and whether there is a value and a ground (chk_marts__summary)."""
    return db.sql("select * from checks.chk_marts__summary order by row_no").df()
