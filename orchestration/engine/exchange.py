"""What Spark reads and what it made: landed Parquet and the ledger in, tables out to the warehouse's file."""

import shutil
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import duckdb

from ingest.paths import WarehousePaths
from orchestration.engine.spark import folder
from publication.select import read_only

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LANDED = "returns"  # the schema of the views over landed files; every other is laid out by the refresh
IDS = "UUID"  # pseudonyms: Spark has no such type, and reads them as sixteen bytes
SPARK_TYPES = {
    "BIGINT": "bigint",
    "INTEGER": "int",
    "DATE": "date",
    "DOUBLE": "double",
    "BOOLEAN": "boolean",
    "VARCHAR": "string",
    IDS: "binary",
}
_given: dict[str, tuple[str, ...]] = {}  # by warehouse: which file it was, and what of it Spark has


def give(places: WarehousePaths, spark: "SparkSession", wanted: Iterable[tuple[str, str]]) -> None:
    """Let Spark read relations (schema, name) of the warehouse: those it has not got from this file yet."""
    stamp = str(places.warehouse.stat().st_ino), str(spark.sparkContext.applicationId)
    if _given.get(str(places.warehouse), ())[:2] != stamp:
        for (database,) in spark.sql("show databases").collect():
            if database != "default":
                spark.sql(f"drop database {database} cascade")
        _given[str(places.warehouse)] = stamp
    known = set(_given[str(places.warehouse)][2:])
    with read_only(places.warehouse) as db:
        there = set(db.sql("select schema_name, table_name from duckdb_tables()").fetchall())
        there |= set(
            db.sql("select schema_name, view_name from duckdb_views() where not internal").fetchall()
        )
        for schema, name in sorted(set(wanted) & there):
            if f"{schema}.{name}" in known:
                continue
            spark.sql(f"create database if not exists {schema}")
            files = _landed(db, places, name) if schema == LANDED else []
            if files:
                _give_landed(db, spark, name, files)
            else:
                _give_table(db, places, spark, schema, name)
            _given[str(places.warehouse)] += (f"{schema}.{name}",)


def _landed(db: duckdb.DuckDBPyConnection, places: WarehousePaths, name: str) -> list[str]:
    rows = db.execute(
        "select distinct landed from ledger.sources where return_name = ? order by 1", [name]
    ).fetchall()
    return [(places.landing / landed).as_uri() for (landed,) in rows]


def _columns(db: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in db.sql(f"describe from {relation}").fetchall()}


def _give_landed(db: duckdb.DuckDBPyConnection, spark: "SparkSession", name: str, files: list[str]) -> None:
    """The landed files themselves, read by Spark where they lie; ids become text once, not in every model."""
    held = _columns(db, f"{LANDED}.{name}")
    rows = spark.read.schema(", ".join(f"`{n}` {_spark_type(kind)}" for n, kind in held.items())).parquet(
        *files
    )
    rows.selectExpr(*(_as_text(n) if kind == IDS else f"`{n}`" for n, kind in held.items())).write.mode(
        "overwrite"
    ).saveAsTable(f"{LANDED}.{name}")


def _spark_type(kind: str) -> str:
    return kind.lower() if kind.startswith("DECIMAL") else SPARK_TYPES[kind]


def _as_text(name: str) -> str:
    groups = "(.{8})(.{4})(.{4})(.{4})(.{12})"
    return f"regexp_replace(lower(hex(`{name}`)), '{groups}', '$1-$2-$3-$4-$5') as `{name}`"


def _give_table(
    db: duckdb.DuckDBPyConnection, places: WarehousePaths, spark: "SparkSession", schema: str, name: str
) -> None:
    """What the refresh laid out: small, but for the days of events, and written once."""
    into = folder(places) / "given" / schema / name
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    held = _columns(db, f"{schema}.{name}")
    shown = ", ".join(f'"{n}"::varchar as "{n}"' if kind == IDS else f'"{n}"' for n, kind in held.items())
    db.execute(f"copy (select {shown} from {schema}.{name}) to '{into / 'part.parquet'}' (format parquet)")
    spark.sql(f"drop table if exists {schema}.{name}")
    spark.sql(f"create table {schema}.{name} using parquet location '{into.as_uri()}'")


def take(
    places: WarehousePaths,
    spark: "SparkSession",
    tables: Iterable[tuple[str, str]],
    types: Mapping[str, Mapping[str, str]],
) -> None:
    """Put tables (schema, name) that Spark made in the warehouse's file, typed as a mart's contract says."""
    with duckdb.connect(str(places.warehouse)) as db:
        for schema, name in tables:
            files = sorted((folder(places) / "warehouse" / f"{schema}.db" / name).glob("*.parquet"))
            db.execute(f"create schema if not exists {schema}")
            held = _columns(db, f"read_parquet({[str(f) for f in files]})")
            said = types.get(name, {})
            shown = ", ".join(f'"{n}"::{said[n]} as "{n}"' if n in said else f'"{n}"' for n in held)
            db.execute(
                f"create or replace table {schema}.{name} as "
                f"select {shown} from read_parquet({[str(f) for f in files]})"
            )
