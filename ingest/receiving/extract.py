"""Read the Standard Safeguarding Dataset out of a council's database into the raw folder, all of it or none.

One transaction reads every table, so that they fit one another; rows come in chunks and are written as
Parquet. Only columns that a return declares are asked for: names, addresses and notes stay where they are.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ingest.contracts import limits
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import ReturnFormat, submitted_formats
from ingest.discovery.file_reader import check_parquet
from ingest.discovery.raw_folder import UnmappedFile
from ingest.ledger import utc_now
from ingest.receiving.inbox import Arrival, place, put

CHUNK = 50_000  # rows in memory at a time
RECEIPT = ".extract.json"
ASIDE = ".extract.aside"
CONNECT_SECONDS = 15
SNAPSHOT = {"postgresql": "REPEATABLE READ", "mssql": "SNAPSHOT", "oracle": "SERIALIZABLE"}


class ExtractError(Exception):
    """Nothing was put in the raw folder. The message says why and what to do, and quotes no record."""


@dataclass(frozen=True)
class Extracted:
    """What became of one return."""

    return_name: str
    row_count: int | None = None  # None where it was not read
    query: str = ""
    file: str = ""
    why: str = ""  # what kept it from being read, or placed


@dataclass(frozen=True)
class Source:
    """Where the tables are: the address without its password, the schema, what names begin with."""

    url: str
    password: str | None = None
    schema: str | None = None
    prefix: str | None = None  # in place of ssd_ and ext_
    queries: Path | None = None  # a folder of <return>.sql, where a council's names differ
    statement_seconds: int = 600


def extract(source: Source, raw: Path, month: str, la_code: str) -> list[Extracted]:
    """Read every table that is there into raw/<month>/<la_code>, or none. Raises ExtractError.

    What is in the folder already is never written over: a table that has changed is a new version beside it.
    """
    folder = raw / month / la_code
    aside = folder / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    reading = "the list of its tables"
    done: list[Extracted] = []
    try:
        with _connected(source) as db:
            queries, absent = _queries(db, source)
            if not queries:
                raise ExtractError("it holds no table of the Standard Safeguarding Dataset; see --schema")
            for name, query in queries.items():
                reading = name
                try:
                    count = _write(db, query, aside / f"{name}.parquet")
                    done.append(Extracted(name, count, _in_words(query, db.dialect)))
                except RejectedFileError as refused:
                    absent.append(Extracted(name, why=str(refused)))
        placed = [_placed(one, aside, folder) for one in done]
        said = [*placed, *absent]
        _write_receipt(folder, source, said)
        return said
    except SQLAlchemyError as error:
        raise ExtractError(
            f"reading {reading} ended with {type(error).__name__}, so nothing was put in place; "
            "see that the database answers and that the account may read it, and try again"
        ) from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        for made in (folder, folder.parent):
            with suppress(OSError):  # it holds something: an empty folder would say that returns are owed
                made.rmdir()


def query_of(
    fmt: ReturnFormat, columns: Sequence[str], table: str, schema: str | None = None
) -> sa.Select[Any] | str:
    """The query for a return from a table with these columns; in words, why there can be none."""
    match = fmt.match_headers(columns)
    if match.problem:
        return match.problem.partition(";")[0]
    dropped = {field.name for field in fmt.fields if field.dropped}
    wanted: list[Any] = [
        sa.column(columns[at]).label(name) for name, at in match.columns.items() if name not in dropped
    ]
    return sa.select(*wanted).select_from(sa.table(table, schema=schema))


@contextmanager
def _connected(source: Source) -> Iterator[Connection]:
    """A connection whose one transaction sees the database as it was when it began, where that can be had."""
    try:
        url = make_url(source.url)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if source.password:
            url = url.set(password=source.password)
        kind = url.get_backend_name()
        given: dict[str, Any] = {}
        if kind == "postgresql":
            wait = f"-c statement_timeout={source.statement_seconds * 1000}"
            given = {"connect_args": {"connect_timeout": CONNECT_SECONDS, "options": wait}}
        engine = sa.create_engine(url, hide_parameters=True, **given)
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise ExtractError(
            "the address is none that can be opened: write it as postgresql://user@host/database, or "
            "mssql+pyodbc://..., and install that driver"
        ) from None
    try:
        with engine.connect() as plain:
            options: dict[str, Any] = {"stream_results": True, "yield_per": CHUNK}
            if level := SNAPSHOT.get(kind):
                options["isolation_level"] = level
            db = plain.execution_options(**options)
            with db.begin():
                yield db
    finally:
        engine.dispose()


def _queries(db: Connection, source: Source) -> tuple[dict[str, sa.Executable], list[Extracted]]:
    """The query for each return that is there, and why there is none for another."""
    inspector = sa.inspect(db)
    named = {
        name.casefold(): name
        for name in (*inspector.get_table_names(source.schema), *inspector.get_view_names(source.schema))
    }
    queries: dict[str, sa.Executable] = {}
    absent: list[Extracted] = []
    for fmt in submitted_formats().values():
        own = source.queries / f"{fmt.name}.sql" if source.queries else None
        if own and own.is_file():
            queries[fmt.name] = sa.text(own.read_text(encoding="utf-8"))
            continue
        table = fmt.source_table
        if source.prefix is not None:
            table = source.prefix + table.partition("_")[2]
        if table.casefold() not in named:
            absent.append(Extracted(fmt.name, why=f"there is no table {table}"))
            continue
        found = named[table.casefold()]
        columns = [str(column["name"]) for column in inspector.get_columns(found, source.schema)]
        query = query_of(fmt, columns, found, source.schema)
        if isinstance(query, str):
            absent.append(Extracted(fmt.name, why=query))
        else:
            queries[fmt.name] = query
    return queries, absent


def _write(db: Connection, query: sa.Executable, path: Path) -> int:
    """Write what a query gives as text, a chunk at a time. Returns how many rows.

    Raises RejectedFileError at more than a refresh takes, and reads no further at more rows.
    """
    most, count = limits.limit("parquet", "rows"), 0
    with db.execute(query) as result:
        schema = pa.schema([(name, pa.string()) for name in tuple(result.keys())])
        with pq.ParquetWriter(path, schema) as file:
            for rows in result.partitions():
                columns = [_as_text(values) for values in zip(*rows, strict=True)]
                file.write_table(pa.Table.from_arrays(columns, schema=schema))
                count += len(rows)
                if count > most:
                    raise RejectedFileError(
                        f"it has more than {most:,} rows, the most that a refresh takes; narrow it with a "
                        "query of your own (--queries), or ask whoever runs Line of Sight to raise the limit"
                    )
    check_parquet(pq.read_metadata(path), path.stat().st_size)
    return count


def _as_text(values: Sequence[Any]) -> pa.Array:
    try:
        return pa.array(values).cast(pa.string())
    except (pa.ArrowException, TypeError, ValueError):  # a type of the driver's own
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _placed(one: Extracted, aside: Path, folder: Path) -> Extracted:
    path = aside / f"{one.return_name}.parquet"
    about = path.stat()
    file = UnmappedFile(path, path.name, about.st_size, about.st_mtime_ns, about.st_ino)
    arrival = place(Arrival(file, what=one.return_name), folder, path.read_bytes())
    if arrival.target is None:
        return Extracted(one.return_name, one.row_count, one.query, "", f"{arrival.what}: {arrival.why}")
    put(arrival)
    return Extracted(one.return_name, one.row_count, one.query, arrival.target.name, arrival.why)


def _in_words(query: sa.Executable, dialect: Dialect) -> str:
    assert isinstance(query, sa.ClauseElement)
    return str(query.compile(dialect=dialect))


def _write_receipt(folder: Path, source: Source, said: Sequence[Extracted]) -> None:
    about: Mapping[str, Any] = {
        "at": utc_now(),
        "database": make_url(source.url).set(username=None, password=None).render_as_string(),
        "schema": source.schema,
        "returns": [asdict(one) for one in said],
    }
    (folder / RECEIPT).write_text(json.dumps(about, indent=1), encoding="utf-8")
