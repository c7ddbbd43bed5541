"""Fill the schema `reference` from the files of the reference folder, each parsed once."""

import csv
import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.contracts import reporting_policy
from ingest.contracts.dates import last_day_of
from ingest.contracts.findings import Finding, rejected_file
from ingest.discovery.file_reader import RejectedFileError, read_bytes, read_table
from ingest.paths import DBT_PROJECT
from ingest.reference.cache import ParsedFiles
from ingest.reference.checks import check_rows
from ingest.reference.detect import parse
from ingest.reference.own_files import declared_files, load_own_files
from ingest.reference.parsed import Parsed, not_taken, registered

# parsed rows lie under the hash of the file they were read from
SHA256_OF_FILE = "left(parse_filename(filename), 64)"

BENCHMARK_COLUMNS = DBT_PROJECT / "seeds" / "benchmark_columns.csv"

# Grains:
#   population   authority and mid-year       targets   authority, indicator and first day
#   authorities  authority                    figures   one cell of one published table and release that an
#   neighbours   model, authority and rank              indicator reads
#   measures     measure of LAIT              files     one file
#   findings     one thing not read           statuses  file and status, over every cell of the file
#   named_periods   authority and label       process_changes  authority, indicator and first day
#   commentary   authority, indicator and month end     actions   authority, indicator, day agreed and action
#   comparators  authority, indicator, comparator and first day     peers   authority, peer and first day
EMPTY_TABLES = """
create table reference.population (la_code varchar, mid_year bigint, population_0_17 bigint, source varchar);
create table reference.targets (
    la_code varchar, indicator_id varchar, from_date date, to_date date,
    target decimal(28, 9), limit_lower decimal(28, 9), limit_upper decimal(28, 9), since_month varchar,
    period_basis varchar, tolerance decimal(28, 9), due_date date, source varchar, source_note varchar
);
create table reference.named_periods (la_code varchar, label varchar, period_end date);
create table reference.process_changes (
    la_code varchar, indicator_id varchar, from_date date, reason varchar
);
create table reference.commentary (
    la_code varchar, indicator_id varchar, period_end date, commentary varchar, is_public boolean
);
create table reference.actions (
    la_code varchar, indicator_id varchar, agreed_on date, action varchar, owner varchar, due_date date,
    done_date date, is_public boolean
);
create table reference.comparators (
    la_code varchar, indicator_id varchar, comparator varchar, from_date date, to_date date,
    period_basis varchar, value decimal(28, 9), period_end date, source varchar, source_note varchar
);
create table reference.peers (
    la_code varchar, peer_la_code varchar, name varchar, from_date date, to_date date
);
create table reference.authorities (la_code varchar, la_name varchar);
create table reference.figures (
    file_sha256 varchar, table_id varchar, release_year integer, row_number bigint, time_period varchar,
    period_year integer, time_identifier varchar, geographic_level varchar, area_code varchar,
    new_la_code varchar, filters varchar, column_name varchar, cell varchar, value double, status varchar
);
create table reference.neighbours (
    model_year integer, la_code varchar, neighbour_rank integer, neighbour_la_code varchar,
    source_file_sha varchar
);
create table reference.measures (
    column_name varchar, topic varchar, title varchar, polarity varchar, year_type varchar, places varchar
);
create table reference.findings (
    file varchar, row_number bigint, column_name varchar, finding varchar, reason varchar, next_move varchar,
    la_code varchar, place varchar as ('reference/' || file)
);
create table reference.files (
    file varchar, sha256 varchar, outcome varchar, table_id varchar, release_year integer, row_count bigint,
    cell_count bigint
);
create table reference.statuses (file varchar, status varchar, cell_count bigint);
"""


@dataclass(frozen=True)
class _Source:
    """One file found in the reference folder."""

    path: Path
    file: str  # relative to the reference folder


@dataclass(frozen=True)
class _Published:
    """One published file and where what was read of it lies."""

    file: str
    sha256: str
    parsed: Parsed
    path: Path


@dataclass
class _Found:
    """What the folder holds: the published files in order, and what is said of every file."""

    published: list[_Published] = field(default_factory=list)
    cached: set[Path] = field(default_factory=set)
    files: list[tuple[object, ...]] = field(default_factory=list)
    findings: list[tuple[object, ...]] = field(default_factory=list)
    own: dict[str, pa.Table] = field(default_factory=dict)  # the rows kept of our own files, by format

    def record(self, file: str, sha256: str | None, outcome: str, parsed: Parsed) -> None:
        cells = sum(parsed.statuses.values()) if outcome == "read" else 0
        about = (parsed.table_id, parsed.release_year) if outcome == "read" else (None, None)
        self.files.append((file, sha256, outcome, *about, parsed.row_count, cells))

    def report(self, file: str, findings: Iterable[Finding]) -> None:
        self.findings += [
            (file, f.row_number, f.column_name, f.finding, f.reason, f.next_move, None) for f in findings
        ]


def load_reference(
    db: duckdb.DuckDBPyConnection, reference: Path, cache: Path | None = None, month: str | None = None
) -> None:
    """Fill the schema `reference` of an empty warehouse. No folder leaves every table empty, but typed.

    `cache` keeps what was parsed for the next time; without it every file is parsed anew. With the month
    reported, which needs `ledger.folders`, rows of nobody and populations that are missing are findings too.
    """
    db.execute(EMPTY_TABLES)
    with tempfile.TemporaryDirectory() as aside:
        kept = ParsedFiles(cache or Path(aside))
        found = _read_folder(db, reference, kept, last_day_of(month) if month else None)
        _lay_out_figures(db, found)
        _lay_out_neighbours(db, found)
        _lay_out_measures(db, found)
        _fill_population(db)
        _lay_out_record(db, found)
        check_rows(db, found.own, month)
        kept.keep_only(found.cached)


def _read_folder(
    db: duckdb.DuckDBPyConnection, reference: Path, kept: ParsedFiles, as_at: date | None
) -> _Found:
    found = _Found()
    declared = declared_files()
    seen: set[str | None] = set()
    for source in _walk(reference, found):
        try:
            data, sha256 = read_bytes(source.path)
        except RejectedFileError as rejected:
            found.record(source.file, None, "rejected", Parsed("rejected"))
            found.report(source.file, [not_taken(rejected)])
            continue
        if (
            source.file == reporting_policy.FILE
        ):  # read where months get their states; here it is put on record
            found.record(source.file, sha256, "read", Parsed("read"))
            continue
        if source.file in declared:
            _read_declared(db, source, data, sha256, found, as_at)
            continue
        path = kept.path(sha256, source.path.suffix)
        parsed = kept.get(path) or kept.put(path, parse(data, source.path.suffix))
        found.cached.add(path)
        is_copy = parsed.content_digest is not None and parsed.content_digest in seen
        found.record(source.file, sha256, "copy" if is_copy else parsed.outcome, parsed)
        if not is_copy:  # the same table saved with other line ends or a byte order mark
            seen.add(parsed.content_digest)
            found.published.append(_Published(source.file, sha256, parsed, path))
            found.report(source.file, parsed.findings)
    return found


def _read_declared(
    db: duckdb.DuckDBPyConnection,
    source: _Source,
    data: bytes,
    sha256: str,
    found: _Found,
    as_at: date | None,
) -> None:
    fmt = declared_files()[source.file]
    try:
        rows, findings = load_own_files(db, source.file, read_table(data, ".csv"), fmt, as_at)
    except RejectedFileError as rejected:
        found.record(source.file, sha256, "rejected", Parsed("rejected"))
        found.report(source.file, [not_taken(rejected)])
    else:
        found.own[fmt.name] = rows
        found.record(source.file, sha256, "read", Parsed("read", table_id=fmt.name, row_count=rows.num_rows))
        found.report(source.file, findings)


def _walk(reference: Path, found: _Found) -> Iterator[_Source]:
    """Every file under the folder in a fixed order; hidden ones are left out and no link is followed."""

    def closed(error: OSError) -> None:
        if Path(error.filename) == reference and not reference.exists():
            return
        where = os.path.relpath(error.filename, reference)
        found.report(where, [rejected_file("the folder could not be opened")])

    for folder, folders, files in os.walk(reference, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                path = Path(folder) / name
                yield _Source(path, path.relative_to(reference).as_posix())


def columns_read() -> pa.Table:
    """The columns of published tables that some indicator reads, as the benchmark map names them."""
    names = {("ons_mid_year", "population_estimate")}
    with BENCHMARK_COLUMNS.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            for part in ("numerator_columns", "denominator_columns", "value_columns"):
                names |= {(line["table_id"], name) for name in re.split("[ &]", line[part]) if name}
    table_ids, columns = zip(*sorted(names), strict=True)
    return pa.table({"table_id": table_ids, "column_name": columns})


def _lay_out_figures(db: duckdb.DuckDBPyConnection, found: _Found) -> None:
    figures = [one for one in found.published if one.parsed.kind == "figures"]
    if not figures:
        return
    with (
        registered(db, "columns_read", columns_read()),
        registered(db, "superseded", _superseded(figures, found)),
    ):
        db.execute(
            f"""
            insert into reference.figures by name
            select {SHA256_OF_FILE} as file_sha256, cells.* exclude (filename)
            from read_parquet($paths, filename = true) as cells
            semi join columns_read
                on cells.table_id = columns_read.table_id
                and lower(cells.column_name) = columns_read.column_name
            anti join superseded
                on {SHA256_OF_FILE} = superseded.file_sha256
                and cells.row_number = superseded.row_number
                and cells.column_name = superseded.column_name
            """,
            {"paths": [str(one.path) for one in figures]},
        )


def _superseded(figures: Sequence[_Published], found: _Found) -> pa.Table:
    """Cells whose key another cell of the same table and release has: one figure is left for each key.

    Two files of one release differ when DfE has revised it in place. The one with more rows is read, then the
    one with the lesser hash: a fixed choice, which only a person can better. In one file the last row counts.
    """
    names = ("file_sha256", "row_number", "column_name")
    none = pa.table([pa.array([], kind) for kind in (pa.string(), pa.int64(), pa.string())], names=names)
    times = Counter((one.parsed.table_id, one.parsed.release_year) for one in figures)
    rivals = [
        one
        for one in figures
        if times[one.parsed.table_id, one.parsed.release_year] > 1 or one.parsed.has_repeats
    ]
    if not rivals:
        return none
    about = pa.table(
        {
            "file": [one.file for one in rivals],
            "file_sha256": [one.sha256 for one in rivals],
            "row_count": [one.parsed.row_count for one in rivals],
        }
    )
    with duckdb.connect() as aside, registered(aside, "rivals", about):
        aside.execute(
            f"""
            create temp table superseded as
            with cells as (
                select {SHA256_OF_FILE} as file_sha256, * exclude (filename)
                from read_parquet($paths, filename = true)
            )
            select file, file_sha256, row_number, column_name, differs
            from (
                select
                    rivals.file, cells.*, row_number() over by_key as preference,
                    cell is distinct from first_value(cell) over by_key as differs
                from cells
                join rivals using (file_sha256)
                window by_key as (
                    partition by
                        table_id, release_year, time_period, time_identifier, geographic_level, area_code,
                        filters, lower(column_name)
                    order by rivals.row_count desc, file_sha256, row_number desc
                )
            )
            where preference > 1
            """,
            {"paths": [str(one.path) for one in rivals]},
        )
        for file, rows in aside.sql(
            "select file, count(distinct row_number) from superseded where differs group by all order by all"
        ).fetchall():
            said = Finding(
                "differs_from_another_file",
                f"{rows} rows of this release stand elsewhere with other figures, and those are read",
                "keep in reference/ only the newest file of the release",
            )
            found.report(file, [said])
        return aside.sql(f"select {', '.join(names)} from superseded").to_arrow_table()


def _lay_out_neighbours(db: duckdb.DuckDBPyConnection, found: _Found) -> None:
    """Of two lists of one model the first, by path, speaks for each authority it names."""
    lists = [one for one in found.published if one.parsed.kind == "neighbours"]
    if not lists:
        return
    about = pa.table(
        {
            "list_number": list(range(len(lists))),
            "file": [one.file for one in lists],
            "source_file_sha": [one.sha256 for one in lists],
        }
    )
    with duckdb.connect() as aside, registered(aside, "lists", about):
        aside.execute(
            f"""
            create temp table listed as
            select
                listed.* exclude (filename), list_number, file, source_file_sha,
                min(list_number) over (partition by model_year, la_code) as speaks,
                -- the whole list of an authority, to be compared with another's
                list(neighbour_la_code order by neighbour_rank) over (
                    partition by list_number, model_year, la_code
                ) as neighbours
            from read_parquet($paths, filename = true) as listed
            join lists on {SHA256_OF_FILE} = source_file_sha
            """,
            {"paths": [str(one.path) for one in lists]},
        )
        for file, authorities in aside.sql(
            """
            select later.file, count(distinct later.la_code)
            from listed as later
            join listed as first using (model_year, la_code)
            where first.list_number = first.speaks and later.list_number > later.speaks
                and first.neighbours <> later.neighbours
            group by later.file order by later.file
            """
        ).fetchall():
            said = Finding(
                "differs_from_another_file",
                f"{authorities} authorities have another list of this model elsewhere, and that one is read",
                "keep in reference/ one list of each model",
            )
            found.report(file, [said])
        rows = aside.sql(
            """
            select model_year, la_code, neighbour_rank, neighbour_la_code, source_file_sha
            from listed where list_number = speaks
            order by model_year, la_code, neighbour_rank
            """
        ).to_arrow_table()
    with registered(db, "neighbours_read", rows):
        db.execute("insert into reference.neighbours by name from neighbours_read")


def _lay_out_measures(db: duckdb.DuckDBPyConnection, found: _Found) -> None:
    paths = [str(one.path) for one in found.published if one.parsed.kind == "measures"]
    if paths:
        db.execute(
            "insert into reference.measures by name from read_parquet($paths) order by column_name, topic",
            {"paths": paths},
        )


def _fill_population(db: duckdb.DuckDBPyConnection) -> None:
    """Where population.csv is silent, the newest release of the mid-year estimates speaks."""
    db.execute(
        """
        insert into reference.population
        select area_code, period_year, try_cast(value as bigint), 'ons_mid_year ' || release_year
        from reference.figures
        where table_id = 'ons_mid_year'
            and release_year = (
                select max(release_year) from reference.figures where table_id = 'ons_mid_year'
            )
            and lower(geographic_level) = 'local authority'
            and regexp_full_match(area_code, '[0-9]{3}')
            and period_year is not null
            and lower(column_name) = 'population_estimate'
            and filters like '%0 to 17%'
            and try_cast(value as bigint) is not null
            and (area_code, period_year) not in (select (la_code, mid_year) from reference.population)
        order by area_code, period_year
        """
    )


def _lay_out_record(db: duckdb.DuckDBPyConnection, found: _Found) -> None:
    """Put every file on record, with its cells by status and what could not be read of it."""
    statuses = [
        (one.file, status, cells)
        for one in found.published
        for status, cells in sorted(one.parsed.statuses.items())
    ]
    for name, rows in (("files", found.files), ("findings", found.findings), ("statuses", statuses)):
        if rows:
            columns = [pa.array(column) for column in zip(*rows, strict=True)]
            recorded = pa.Table.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])
            with registered(db, "recorded", recorded):
                db.execute(f"insert into reference.{name} from recorded")
