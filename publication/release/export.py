"""The marts of the warehouse as files of a release: DuckDB with comments, Parquet, CSV with its schema."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

UNDESCRIBED: dict[str, Any] = {"description": "", "columns": {}, "key": (), "references": {}}
AS_FILES_TOO = ("rpt_wide",)  # of the views: what a tool that reads files starts with
# what a Frictionless Table Schema calls a type of DuckDB's
SCHEMA_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "number",
    "INTEGER": "integer",
    "BIGINT": "integer",
    "HUGEINT": "integer",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "datetime",
}


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
    """Write every mart into a folder: marts.duckdb with descriptions as comments, parquet/ and csv/.

    `descriptions` says of each mart by name: its description, its columns' descriptions by name, the columns
    of its key, and of which mart and column each column's values are. csv/datapackage.json says all of that
    and the types, which CSV has not.
    """
    for kind in ("parquet", "csv"):
        (folder / kind).mkdir()
    db.execute(f"attach '{folder / 'marts.duckdb'}' as marts_file")
    for name in mart_names(db):
        db.execute(f"create table marts_file.{name} as from marts.{name}")
        _describe(db, "table", f"marts_file.{name}", descriptions.get(name, UNDESCRIBED))
        _write_files(db, name, folder)
    export_views(db, descriptions)
    db.execute("detach marts_file")
    filed = [name for name in view_names(db) if name in AS_FILES_TOO]
    for name in filed:
        _write_files(db, name, folder)
    package = data_package(db, sorted([*mart_names(db), *filed]), descriptions)
    (folder / "csv" / "datapackage.json").write_text(json.dumps(package, indent=1), encoding="utf-8")


def _write_files(db: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    parquet = folder / "parquet" / f"{name}.parquet"
    db.execute(f"copy (from marts.{name}) to '{parquet}' (format parquet, compression zstd)")
    db.execute(f"copy (from marts.{name}) to '{folder / 'csv' / name}.csv' (header)")


def data_package(
    db: duckdb.DuckDBPyConnection, names: Sequence[str], descriptions: Mapping[str, dict]
) -> dict[str, Any]:
    """What the CSV files are, as a Frictionless Data Package: types, descriptions, keys and references."""
    return {
        "profile": "tabular-data-package",
        "name": "line-of-sight",
        "title": "Line of Sight: the marts of a release",
        "resources": [_resource(db, name, descriptions.get(name, UNDESCRIBED), names) for name in names],
    }


def _resource(
    db: duckdb.DuckDBPyConnection, name: str, about: Mapping[str, Any], names: Sequence[str]
) -> dict[str, Any]:
    columns = db.execute(
        "select column_name, data_type from duckdb_columns() "
        "where schema_name = 'marts' and table_name = $1 order by column_index",
        [name],
    ).fetchall()
    schema: dict[str, Any] = {
        "fields": [
            {
                "name": column,
                "type": "number" if kind.startswith("DECIMAL(") else SCHEMA_TYPES.get(kind, "any"),
                "description": about["columns"].get(column, ""),
            }
            for column, kind in columns
        ],
        "missingValues": [""],
    }
    if about["key"]:
        schema["primaryKey"] = list(about["key"])
    referring = [
        {"fields": column, "reference": {"resource": mart, "fields": field}}
        for column, (mart, field) in about["references"].items()
        if mart in names
    ]
    if referring:
        schema["foreignKeys"] = referring
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "description": about["description"],
        "encoding": "utf-8",
        "schema": schema,
    }


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
