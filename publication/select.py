"""Select rows of a model. What takes more than this to say is a model of its own, in dbt_project/models."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

NOTHING: Mapping[str, Any] = {}


def read_only(path: Path) -> duckdb.DuckDBPyConnection:
    """A database opened to be read. Raises duckdb.IOException where it is not there, or is being written.

    DuckDB draws the progress of a slow query on standard output, among the rows that are printed there,
    wherever it takes the process for a person's.
    """
    db = duckdb.connect(str(path), read_only=True)
    db.execute("set enable_progress_bar = false")
    return db


def asked_of(
    db: duckdb.DuckDBPyConnection,
    model: str,
    columns: str = "*",
    *,
    where: str = "",
    given: Mapping[str, Any] = NOTHING,
    order: str = "",
    **equal: Any,
) -> duckdb.DuckDBPyConnection:
    """A query of a model's rows with such values in such columns; `where` says more, of what is `given`."""
    asked = [f"{column} = ${column}" for column in equal] + ([where] if where else [])
    condition = f" where {' and '.join(asked)}" if asked else ""
    ordered = f" order by {order}" if order else ""
    sql = f"select {columns} from {model}{condition}{ordered}"
    return db.execute(sql, {**equal, **given})


def table_of(db: duckdb.DuckDBPyConnection, model: str, columns: str = "*", **asked: Any) -> pa.Table:
    """Those rows as a table of Arrow."""
    return asked_of(db, model, columns, **asked).to_arrow_table()


def frame_of(db: duckdb.DuckDBPyConnection, model: str, columns: str = "*", **asked: Any) -> pd.DataFrame:
    """Those rows as a data frame."""
    return asked_of(db, model, columns, **asked).df()


def rows_of(
    db: duckdb.DuckDBPyConnection, model: str, columns: str = "*", **asked: Any
) -> list[dict[str, Any]]:
    """The same by column name, nested values too."""
    rows: list[dict[str, Any]] = table_of(db, model, columns, **asked).to_pylist()
    return rows


def has(db: duckdb.DuckDBPyConnection, model: str) -> bool:
    """Whether there is such a model: a release or warehouse made before it has none."""
    found = db.execute(
        "select 1 from information_schema.tables where table_name = $1", [model.split(".")[-1]]
    )
    return found.fetchone() is not None
