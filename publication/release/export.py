"""The marts of the warehouse as files of a release: DuckDB with comments, Parquet and CSV."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

UNDESCRIBED: dict[str, Any] = {"description": "", "columns": {}}


def mart_names(db: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables that a release holds."""
    rows = db.sql("select table_name from duckdb_tables() where schema_name = 'marts' order by 1").fetchall()
    return [name for (name,) in rows]


def view_names(db: duckdb.DuckDBPyConnection) -> list[str]:
    """The views on those tables, each after the views that it reads."""
    found = "select view_name from duckdb_views() where schema_name = 'marts' order by view_oid"
    return [name for (name,) in db.sql(found).fetchall()]


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
        _describe(db, "table", f"marts_file.{name}", descriptions.get(name, UNDESCRIBED))
        db.execute(
            f"copy marts.{name} to '{folder / 'parquet' / name}.parquet' (format parquet, compression zstd)"
        )
        db.execute(f"copy marts.{name} to '{folder / 'csv' / name}.csv' (header)")
    export_views(db, descriptions)
    db.execute("detach marts_file")


def export_views(db: duckdb.DuckDBPyConnection, descriptions: Mapping[str, dict]) -> None:
    """The views again over the released tables: named by nothing but themselves, the file may be any name."""
    [(warehouse,)] = db.sql("select current_database()").fetchall()
    asked = "select sql from duckdb_views() where schema_name = 'marts' and view_name = $1"
    views = {name: db.execute(asked, [name]).fetchall()[0][0] for name in view_names(db)}
    db.execute("use marts_file")
    for name, made in views.items():
        query = made.partition(" AS ")[2].replace(f"{warehouse}.marts.", "")
        db.execute(f"create view {name} as {query}")
        _describe(db, "view", name, descriptions.get(name, UNDESCRIBED))
    db.execute(f"use {warehouse}")


def _describe(db: duckdb.DuckDBPyConnection, kind: str, name: str, about: Mapping[str, Any]) -> None:
    db.execute(f"comment on {kind} {name} is {_text(about['description'])}")
    for column, text in about["columns"].items():
        db.execute(f'comment on column {name}."{column}" is {_text(text)}')


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
