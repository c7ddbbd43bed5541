"""The marts of the warehouse as files of a release: DuckDB with comments, Parquet and CSV."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb


def mart_names(db: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables that a release holds."""
    rows = db.sql("select table_name from duckdb_tables() where schema_name = 'marts' order by 1").fetchall()
    return [name for (name,) in rows]


def build_digest(db: duckdb.DuckDBPyConnection) -> str:
    """A digest of every row of every mart: what the verdict is stamped with and the release checks."""
    parts = []
    for name in mart_names(db):
        counted = db.sql(
            f"select count(*), bit_xor(hash(t)), sum(hash(t)::hugeint) from marts.{name} as t"
        ).fetchone()
        parts.append(f"{name} {counted}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def export_marts(db: duckdb.DuckDBPyConnection, folder: Path, descriptions: Mapping[str, dict]) -> None:
    """Write every mart into a folder: marts.duckdb with descriptions as comments, parquet/ and csv/."""
    for kind in ("parquet", "csv"):
        (folder / kind).mkdir()
    db.execute(f"attach '{folder / 'marts.duckdb'}' as marts_file")
    for name in mart_names(db):
        db.execute(f"create table marts_file.{name} as from marts.{name}")
        about = descriptions.get(name, {"description": "", "columns": {}})
        db.execute(f"comment on table marts_file.{name} is {_text(about['description'])}")
        for column, text in about["columns"].items():
            db.execute(f'comment on column marts_file.{name}."{column}" is {_text(text)}')
        db.execute(
            f"copy marts.{name} to '{folder / 'parquet' / name}.parquet' (format parquet, compression zstd)"
        )
        db.execute(f"copy marts.{name} to '{folder / 'csv' / name}.csv' (header)")
    db.execute("detach marts_file")


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
