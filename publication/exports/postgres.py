"""Copy a release's marts to PostgreSQL, whole or not at all.

The tables go into a schema of their own (`line_of_sight_000012_1a2b3c4d`); readers see views of them in
`line_of_sight`, which change over in the same transaction. What is copied is the release's own CSV, byte for
byte: its SHA-256 is held against the manifest on the way.
"""

import hashlib
import json
import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import psycopg.conninfo
from psycopg import sql

from publication.select import read_only

TYPES = {
    "VARCHAR": "text",
    "DOUBLE": "double precision",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "numeric",
    "DATE": "date",
    "BOOLEAN": "boolean",
    "TIMESTAMP": "timestamp",
}
BLOCK = 1024**2
PATIENCE_SECONDS = 60  # for queries that are reading the release before


EDITIONS = {"restricted": "marts.duckdb", "public": "public/public.duckdb"}  # and CSV beside each, in csv/


class ExportError(Exception):
    """The release was not copied and nothing has changed there; the message says why and what to do."""


@dataclass(frozen=True)
class Copied:
    """What a copy came to: rows by mart. `is_new` is false where this release was there already."""

    release: int
    schema: str
    rows: dict[str, int]
    is_new: bool


@dataclass(frozen=True)
class _Column:
    name: str
    type: str
    comment: str | None


@dataclass(frozen=True)
class _Mart:
    name: str
    comment: str | None
    columns: tuple[_Column, ...]


class NoPublicPackError(ExportError):
    """The release has no public edition: no month that it reports has been closed."""


def place_of(edition: str, schema: str, reader: str) -> tuple[str, str]:
    """The schema and the role of an edition: who may read what is public may not read the exact figures."""
    return (schema, reader) if edition == "restricted" else (f"{schema}_public", f"{reader}_public")


def copy_release(
    release: Path,
    to: str,
    schema: str,
    reader: str,
    tell: Callable[[str], None] = lambda _: None,
    edition: str = "restricted",
) -> Copied:
    """Copy the release in the folder (RELEASE/current) to the database that a libpq URL or string names.

    Its exact marts, or the protected figures of its public pack; each edition has a schema and a role of its
    own, by `place_of`.

    One transaction: a reader sees the release before, or this one. `reader` is a role that may read and
    nothing else; it is made where it is not there, and cannot log in by itself: grant it to those who may.
    Raises ExportError.
    """
    manifest_file = release / "manifest.json"
    if not manifest_file.exists():
        raise ExportError(f"there is no release in {release}; run `line-of-sight refresh`")
    manifest = json.loads(manifest_file.read_text(encoding="utf-8"))
    if not (release / EDITIONS[edition]).exists():
        raise NoPublicPackError("there is no public pack: only figures of closed months are made public")
    schema, reader = place_of(edition, schema, reader)
    try:
        psycopg.conninfo.conninfo_to_dict(to)
    except psycopg.ProgrammingError:
        raise ExportError("--to is not a PostgreSQL address; write postgresql://HOST/DATABASE") from None
    beside = Path(EDITIONS[edition]).parent / "csv"
    marts = _marts(release / EDITIONS[edition], {file.stem for file in (release / beside).glob("*.csv")})
    place = f"{schema}_{manifest['release']:06d}_{manifest['build_sha256'][:8]}"
    try:
        with psycopg.connect(to, autocommit=False, application_name="line-of-sight") as db:
            # two copies at once: the second waits for the first
            db.execute("select pg_advisory_xact_lock(hashtext(%s))", [schema])
            if _exists(db, place):
                rows = {mart.name: _count(db, place, mart.name) for mart in marts}
                return Copied(manifest["release"], schema, rows, is_new=False)
            _make(db, "create schema {}", place)
            rows = {}
            for mart in marts:
                tell(f"copying {mart.name}")
                rows[mart.name] = _copy(db, place, mart, release, beside, manifest["files"])
            _change_over(db, schema, place, marts)
            _describe(db, schema, manifest, marts)
            _let_read(db, schema, reader)
            _drop_earlier(db, schema, place)
    except psycopg.errors.DependentObjectsStillExist as error:
        raise ExportError(
            f"a view of your own stands on a table whose columns have changed: {error.diag.message_detail}. "
            "Drop it, copy, and make it again"
        ) from None
    except psycopg.errors.InsufficientPrivilege as error:
        raise ExportError(
            f"{error.diag.message_primary}: whoever copies needs CREATE on the database, and CREATEROLE "
            f"unless the role {reader} is there already"
        ) from None
    except psycopg.OperationalError as error:
        raise ExportError(f"the database did not answer as it should: {error}".strip()) from None
    return Copied(manifest["release"], schema, rows, is_new=True)


def _marts(path: Path, filed: Container[str]) -> tuple[_Mart, ...]:
    """The tables of an edition, and those of its views that have a file."""
    with read_only(path) as db:
        tables = db.sql("select table_name, comment from duckdb_tables() order by table_name").fetchall()
        views = db.sql(
            "select view_name, comment from duckdb_views() where not internal order by view_name"
        ).fetchall()
        columns = db.sql(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where not internal order by table_name, column_index"
        ).fetchall()
    return tuple(
        _Mart(name, comment, tuple(_Column(*rest) for table, *rest in columns if table == name))
        for name, comment in [*tables, *(view for view in views if view[0] in filed)]
    )


def type_there(type_here: str) -> str:
    """What PostgreSQL calls a type of DuckDB's. Raises ExportError where nobody has said."""
    if type_here.startswith("DECIMAL("):
        return "numeric" + type_here.removeprefix("DECIMAL")
    if type_here not in TYPES:
        raise ExportError(f"{type_here} is not in TYPES of publication/exports/postgres.py")
    return TYPES[type_here]


def _copy(
    db: psycopg.Connection, place: str, mart: _Mart, release: Path, beside: Path, hashes: dict[str, str]
) -> int:
    table = sql.Identifier(place, mart.name)
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(c.name), sql.SQL(type_there(c.type))) for c in mart.columns
    ]
    db.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(columns)))
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in mart.columns)
    file = str(beside / f"{mart.name}.csv")
    digest = hashlib.sha256()
    with db.cursor() as cursor:
        with cursor.copy(
            sql.SQL("copy {} ({}) from stdin (format csv, header true, encoding 'utf8')").format(table, names)
        ) as rows:
            for block in _blocks(release / file):
                digest.update(block)
                rows.write(block)
        count = cursor.rowcount
    if digest.hexdigest() != hashes[file]:
        raise ExportError(f"{file} is not what the manifest says; publish again with `line-of-sight refresh`")
    db.execute(sql.SQL("analyze {}").format(table))
    return count


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _change_over(db: psycopg.Connection, schema: str, place: str, marts: tuple[_Mart, ...]) -> None:
    _make(db, "create schema if not exists {}", schema)
    _lock_readers_out(db, schema)
    there = {name for (name,) in db.execute(VIEWS, [schema])}
    for name in sorted(there - {mart.name for mart in marts}):
        db.execute(sql.SQL("drop view {}").format(sql.Identifier(schema, name)))
    for mart in marts:
        view, table = sql.Identifier(schema, mart.name), sql.Identifier(place, mart.name)
        made = sql.SQL("create or replace view {} as select * from {}").format(view, table)
        try:
            with db.transaction():
                db.execute(made)
        except psycopg.errors.InvalidTableDefinition:  # its columns have changed
            db.execute(sql.SQL("drop view {}").format(view))
            db.execute(made)


VIEWS = "select viewname from pg_views where schemaname = %s order by viewname"


def _lock_readers_out(db: psycopg.Connection, schema: str) -> None:
    """Hold all views or none: to wait for one while holding another could deadlock with a reader."""
    names = [sql.Identifier(schema, name) for (name,) in db.execute(VIEWS, [schema])]
    if not names:
        return
    lock = sql.SQL("lock table {} in access exclusive mode nowait").format(sql.SQL(", ").join(names))
    began = time.monotonic()
    while True:
        try:
            with db.transaction():
                db.execute(lock)
            return
        except psycopg.errors.LockNotAvailable:
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise ExportError(
                    f"queries have been reading {schema} for {PATIENCE_SECONDS} seconds; "
                    "end them (see pg_stat_activity) or copy again later"
                ) from None
            time.sleep(0.2)


def _describe(db: psycopg.Connection, schema: str, manifest: dict, marts: tuple[_Mart, ...]) -> None:
    about = f"Line of Sight, release {manifest['release']}, reporting {manifest['view_month']}"
    db.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(schema), sql.Literal(about)))
    for mart in marts:
        view = sql.Identifier(schema, mart.name)
        db.execute(sql.SQL("comment on view {} is {}").format(view, sql.Literal(mart.comment)))
        for column in mart.columns:
            name = sql.Identifier(schema, mart.name, column.name)
            db.execute(sql.SQL("comment on column {} is {}").format(name, sql.Literal(column.comment)))


def _let_read(db: psycopg.Connection, schema: str, reader: str) -> None:
    """A view reads with its owner's right: the reader needs none on what lies under it."""
    if not db.execute("select 1 from pg_roles where rolname = %s", [reader]).fetchone():
        _make(db, "create role {} nologin", reader)
    for statement in ("grant usage on schema {} to {}", "grant select on all tables in schema {} to {}"):
        db.execute(sql.SQL(statement).format(sql.Identifier(schema), sql.Identifier(reader)))


def _drop_earlier(db: psycopg.Connection, schema: str, place: str) -> None:
    pattern = f"^{schema}_[0-9]{{6}}_[0-9a-f]{{8}}$"
    earlier = db.execute(
        "select nspname from pg_namespace where nspname ~ %s and nspname <> %s", [pattern, place]
    ).fetchall()
    for (name,) in earlier:
        _make(db, "drop schema {} cascade", name)


def _exists(db: psycopg.Connection, place: str) -> bool:
    return bool(db.execute("select 1 from pg_namespace where nspname = %s", [place]).fetchone())


def _count(db: psycopg.Connection, place: str, name: str) -> int:
    row = db.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(place, name))).fetchone()
    return int(row[0]) if row else 0


def _make(db: psycopg.Connection, statement: str, name: str) -> None:
    db.execute(sql.SQL(statement).format(sql.Identifier(name)))
