"""Read what the warehouse keeps itself: populations, targets, names, neighbours and published statistics.

A published file is known by its columns, never by its name: DfE renames files each year. Every cell is kept
as printed beside what it was read as; a symbol is a status, never a number. What cannot be read is a finding.
Sources: explore-education-statistics (DfE), ONS mid-year estimates through DfE, statistical neighbour models.
"""

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest.conform import BLANKS, conform
from ingest.findings import Finding, rejected_file
from ingest.read_raw import RawTable, Rejected, read_bytes, read_table
from ingest.return_format import Field, ReturnFormat, load_formats

# Grains:
#   population   authority and mid-year       targets   authority, indicator and first day
#   authorities  authority                    figures   one cell of one published table and release
#   neighbours   model, authority and rank    files     one file
#   named_periods   authority and label       process_changes  authority, indicator and first day
#   findings     one thing that could not be read
EMPTY_TABLES = """
create table reference.population (la_code varchar, mid_year bigint, population_0_17 bigint, source varchar);
create table reference.targets (
    la_code varchar, indicator_id varchar, from_date date, to_date date,
    target decimal(28, 9), limit_lower decimal(28, 9), limit_upper decimal(28, 9),
    period_basis varchar, tolerance decimal(28, 9), due_date date, source varchar, source_note varchar
);
create table reference.named_periods (la_code varchar, label varchar, period_end date);
create table reference.process_changes (
    la_code varchar, indicator_id varchar, from_date date, reason varchar
);
create table reference.authorities (la_code varchar, la_name varchar);
create table reference.figures (
    file_sha256 varchar, table_id varchar, release_year integer, row_number bigint, time_period varchar,
    time_identifier varchar, geographic_level varchar, area_code varchar, new_la_code varchar,
    filters varchar, column_name varchar, cell varchar, value double, status varchar
);
create table reference.neighbours (
    model_year integer, la_code varchar, neighbour_rank integer, neighbour_la_code varchar,
    source_file_sha varchar
);
create table reference.findings (
    file varchar, row_number bigint, column_name varchar, finding varchar, reason varchar, next_move varchar
);
create table reference.files (
    file varchar, sha256 varchar, outcome varchar, table_id varchar, release_year integer, row_count bigint,
    cell_count bigint, number_count bigint, suppressed_count bigint, not_available_count bigint,
    not_applicable_count bigint, low_reliability_count bigint, rounds_to_zero_count bigint, other_count bigint
);
"""

PLACES = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
MARKS_OF_A_PUBLISHED_TABLE = frozenset(PLACES[:4])

# A table is the first whose columns are all there. Alternatives are eras: names drift between releases.
# A table that is not here is read too; it goes by a digest of its columns.
TABLES: Mapping[str, Sequence[str]] = {
    "a2": ["category_type number rate percent"],
    "b1": ["started_episodes at31_episodes"],
    "c1": ["rereferral_percent", "rereferral_count", "re_referrals_percent", "re_referrals"],
    "c2": ["assessments_completed same_day"],
    "c3": ["episodes_with_assessment_factor"],
    "c4": ["section47 icpc"],
    "c5": ["referrals schools police"],
    "c6": ["referrals april march"],
    "d1": ["cpp_start cpp_end"],
    "d3": ["cpp_start cpp_subsequent"],
    "d5": ["cpp_at31 2_years_or_more"],
    "d6": ["reviewed_within_timescales"],
    "d7": ["cpp_end 2_years_or_more"],
    "headline": ["children_in_need_per_10000_children"],
    "ons_mid_year": ["age_group population_estimate"],
    "cla_number": ["population_type children_count", "population_count number"],
    "cla_placement_stability": ["placement_stability"],
    "cla_social_workers": ["sw_stability"],
    "care_leavers": ["care_leaver_age breakdown"],
    "adoption_timeliness": ["stage_of_adoption_process"],
    "csww": ["vacancy_rate_fte", "vacancy_rate_fte_%"],
}

# GSS symbols as explore-education-statistics prints them. The older statistical first releases print x for
# suppressed; they have other columns, so they are never read by this list.
SYMBOLS = {
    "c": "suppressed",
    "x": "not_available",
    ":": "not_available",
    "..": "not_available",
    "z": "not_applicable",
    ".": "not_applicable",
    "u": "low_reliability",
    "k": "rounds_to_zero",
    "low": "rounds_to_zero",
    "~": "rounds_to_zero",
    "": "empty",
}
NUMBER = r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?"
YEARS_AND_MONTHS = "[0-9]{2}:[0-9]{2}"  # adoption timeliness: 00:10 is ten months, not ten past midnight

NEIGHBOUR_MODELS = {
    2021: re.compile(r"sn(\d{1,2})"),
    2025: re.compile(r"sn_(\d{1,2})"),
}  # how each names its columns
NEIGHBOURS_OF = ("la number", "la num", "old_la_code", "la_code")

TAKEN = (
    "reference/ takes population.csv, targets.csv, named_periods.csv, process_changes.csv, authorities.csv, "
    "neighbour lists and explore-education-statistics tables, all as CSV"
)

AUTHORITIES = ReturnFormat(
    name="authorities",
    about="Names of invented authorities.",
    source_table="reference",
    history="lookup",
    key=("la_code",),
    fields=(
        Field("la_code", "text", "Three-digit authority code", required=True),
        Field("la_name", "text", "What the authority is called", required=True),
    ),
    start_and_end=None,
    at_least={},
    digest="",
)


@dataclass
class _Source:
    """One file found in the reference folder."""

    path: Path
    file: str  # relative to the reference folder
    sha256: str | None = None  # null where it could not be opened


def lay_out_reference(db: duckdb.DuckDBPyConnection, reference: Path) -> None:
    """Fill the schema `reference` of an empty warehouse. No folder leaves every table empty, but typed."""
    with duckdb.connect() as aside:  # in memory, and its temporary tables go with it
        aside.execute("create schema reference")
        aside.execute(EMPTY_TABLES)
        _read_folder(aside, reference)
        db.execute(EMPTY_TABLES)
        names = aside.sql("select table_name from duckdb_tables() where schema_name = 'reference'").fetchall()
        for (name,) in names:
            with _registered(db, "read_aside", aside.table(f"reference.{name}").to_arrow_table()):
                db.execute(f"insert into reference.{name} from read_aside")


def _read_folder(db: duckdb.DuckDBPyConnection, reference: Path) -> None:
    seen: set[str] = set()
    for source in _walk(db, reference):
        try:
            _lay_out_file(db, source, seen)
        except _NotRecognised as unknown:
            _record(db, source, "not_recognised")
            _report(db, source.file, [Finding("unknown_file", f"{unknown}, so it was not read", TAKEN)])
        except Rejected as rejected:
            _record(db, source, "rejected")
            said = rejected_file(str(rejected))
            _report(db, source.file, [Finding(said.finding, said.reason, "mend the file or fetch it again")])
    _settle_disagreements(db)
    _fill_population(db)


class _NotRecognised(Exception):
    """The file can be read but is nothing known here. The message says why and never quotes the file."""


def _lay_out_file(db: duckdb.DuckDBPyConnection, source: _Source, seen: set[str]) -> None:
    data, source.sha256 = read_bytes(source.path)
    if source.path.suffix.lower() != ".csv":
        raise _NotRecognised("it is not a CSV file")
    raw = read_table(data, ".csv")
    kept = [fmt for fmt in load_formats().values() if fmt.is_reference]
    declared = {f"{fmt.name}.csv": fmt for fmt in (AUTHORITIES, *kept)}
    if source.file in declared:
        _lay_out_declared(db, source, raw, declared[source.file])
    else:
        _lay_out_published(db, source, raw, seen)


def _walk(db: duckdb.DuckDBPyConnection, reference: Path) -> Iterator[_Source]:
    """Every file under the folder in a fixed order; hidden ones are left out and no link is followed."""

    def closed(error: OSError) -> None:
        if Path(error.filename) == reference and not reference.exists():
            return
        where = os.path.relpath(error.filename, reference)
        _report(db, where, [rejected_file("the folder could not be opened")])

    for folder, folders, files in os.walk(reference, onerror=closed):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith("."):
                path = Path(folder) / name
                yield _Source(path, path.relative_to(reference).as_posix())


# ---- files that have a declared format


def _lay_out_declared(
    db: duckdb.DuckDBPyConnection, source: _Source, raw: RawTable, fmt: ReturnFormat
) -> None:
    match = fmt.match_headers(raw.headers)
    names = ", ".join(f.name for f in fmt.fields)
    if match.problem:
        problem, _, _ = match.problem.partition("; ")
        raise Rejected(f"{problem}; reference/{fmt.name}.csv has the columns {names}")
    count = raw.cells.num_rows
    cells = pa.table(
        {"file_no": pa.repeat(pa.scalar(0, pa.int32()), count), "row_number": raw.row_numbers}
        | {
            f.name: raw.cells.column(match.columns[f.name])
            if f.name in match.columns
            else pa.nulls(count, pa.string())
            for f in fmt.fields
        }
    )
    with duckdb.connect() as aside:  # conform leaves temporary tables behind
        conformed = conform(aside, cells, fmt)
        rows = conformed.rows
    extra = ", 'population.csv' as source" if fmt.name == "population" else ""
    with _registered(db, "conformed_rows", rows):
        db.execute(f"insert into reference.{fmt.name} by name select {names}{extra} from conformed_rows")
    unknown = [
        Finding(
            "unknown_column",
            f"column {position + 1} is not in the format and was ignored",
            f"reference/{fmt.name}.csv has the columns {names}",
            column_name=f"column {position + 1}",
        )
        for position in match.unknown
        if raw.headers[position].strip()
    ]
    _report(db, source.file, [*raw.findings, *unknown])
    with _registered(db, "conformed_findings", conformed.findings):
        db.execute(
            """
            insert into reference.findings
            select $file, row_number, column_name, finding, reason, next_move from conformed_findings
            """,
            {"file": source.file},
        )
    _record(db, source, "read", fmt.name, row_count=rows.num_rows)


# ---- files known by their columns


def _lay_out_published(db: duckdb.DuckDBPyConnection, source: _Source, raw: RawTable, seen: set[str]) -> None:
    headers = [header.strip().casefold() for header in raw.headers]
    model = _neighbour_model(headers)
    if model is None and not set(headers) >= MARKS_OF_A_PUBLISHED_TABLE:
        raise _NotRecognised("its columns are those of no table known here")
    digest = _parsed_digest(raw, headers)
    if digest in seen:  # the same table saved with other line ends or a byte order mark
        _record(db, source, "copy", row_count=raw.cells.num_rows)
        return
    seen.add(digest)
    _report(db, source.file, raw.findings)
    if model is not None:
        _lay_out_neighbours(db, source, raw, headers, model)
    else:
        _lay_out_figures(db, source, raw, headers)


def _parsed_digest(raw: RawTable, headers: Sequence[str]) -> str:
    """Tells tables apart by what was parsed, whatever the bytes."""
    joined = pc.binary_join_element_wise(*(c for c in raw.cells.columns), "\x1f")
    content = "\x1e".join(["\x1f".join(headers), *joined.to_pylist()])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _lay_out_figures(
    db: duckdb.DuckDBPyConnection, source: _Source, raw: RawTable, headers: Sequence[str]
) -> None:
    repeated = [name for name, times in Counter(h for h in headers if h).items() if times > 1]
    if repeated:
        positions = [str(i + 1) for i, header in enumerate(headers) if header == repeated[0]]
        raise Rejected(f"columns {' and '.join(positions)} have the same name")
    others = [i for i, header in enumerate(headers) if header and header not in PLACES]
    if not others:
        raise _NotRecognised("it has columns of time and place, but no figures")
    with _registered(db, "cells", raw.cells.append_column("row_number", raw.row_numbers)):
        _read_cells(db, others)
        indicators = _indicators(db, others)
        if not indicators:
            raise _NotRecognised("it has columns of time and place, but no figures")
        _place_rows(db, headers, filters=[i for i in others if i not in indicators])
    (release_year,) = db.sql("select max(period_year) from placed").fetchone() or (None,)
    if release_year is None and raw.cells.num_rows:
        raise Rejected("no row has a time_period that is a year")
    table_id = _table_id(headers, indicators)
    columns = {
        "position": [str(i) for i in indicators],
        "column_name": [raw.headers[i].strip() for i in indicators],
    }
    with _registered(db, "indicators", pa.table(columns)):
        db.execute(
            """
            insert into reference.figures
            select
                $sha, $table_id, $release_year, row_number, time_period, time_identifier, geographic_level,
                area_code, new_la_code, filters, column_name, cell, value, status
            from read_cells
            join indicators using (position)
            join placed using (row_number)
            """,
            {"sha": source.sha256, "table_id": table_id, "release_year": release_year},
        )
    _report_unread(db, source)
    _record(db, source, "read", table_id, release_year, raw.cells.num_rows)


def _read_cells(db: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> None:
    """Every cell that is not of time or place: the number it is, or what its symbol says."""
    symbols = pa.table({"symbol": list(SYMBOLS), "meaning": list(SYMBOLS.values())})
    trimmed = ", ".join(f"{_trimmed(i)} as {_quoted(i)}" for i in columns)
    with _registered(db, "symbols", symbols):
        db.execute(
            f"""
            create or replace temp table read_cells as
            select
                row_number, position, cell, value,
                case
                    when value is not null then 'number'
                    when regexp_full_match(cell, '{YEARS_AND_MONTHS}') then 'years_and_months'
                    else coalesce(meaning, 'unreadable')
                end as status
            from (
                select
                    *,
                    case when regexp_full_match(cell, '{NUMBER}')
                        then try_cast(replace(cell, ',', '') as double)
                    end as value
                from (
                    unpivot (select row_number, {trimmed} from cells)
                    on {", ".join(_quoted(i) for i in columns)} into name position value cell
                )
            )
            left join symbols on symbol = lower(cell)
            """
        )


def _indicators(db: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> list[int]:
    """The columns that hold figures, told by what most of their cells are; the others say what of."""
    shares = dict(
        db.sql(
            """
            select position::integer, avg((status <> 'unreadable')::integer) from read_cells group by position
            """
        ).fetchall()
    )
    return [i for i in columns if shares.get(i, 1) > 0.5]


def _place_rows(db: duckdb.DuckDBPyConnection, headers: Sequence[str], filters: Sequence[int]) -> None:
    """When, where and of what each row is."""
    place = {name: _trimmed(headers.index(name)) if name in headers else "''" for name in PLACES}
    said = ", ".join(f"{_literal(headers[i] + '=')} || {_trimmed(i)}" for i in filters)
    db.execute(
        f"""
        create or replace temp table placed as
        select
            row_number,
            {place["time_period"]} as time_period,
            {place["time_identifier"]} as time_identifier,
            {place["geographic_level"]} as geographic_level,
            -- the three-digit code is the steadiest key of an authority; ONS codes change under it
            coalesce(nullif(case lower({place["geographic_level"]})
                when 'national' then {place["country_code"]}
                when 'regional' then {place["region_code"]}
                else {place["old_la_code"]}
            end, ''), nullif({place["new_la_code"]}, ''), '') as area_code,
            nullif({place["new_la_code"]}, '') as new_la_code,
            concat_ws('|', {said or "''"}) as filters,
            -- 2025 is the year named; 202425 is the year that ends in 2025
            case
                when regexp_full_match({place["time_period"]}, '[0-9]{{4}}')
                    then {place["time_period"]}::integer
                when regexp_full_match({place["time_period"]}, '[0-9]{{6}}')
                    then left({place["time_period"]}, 4)::integer + 1
            end as period_year
        from cells
        """
    )


def _table_id(headers: Sequence[str], indicators: Sequence[int]) -> str:
    for table_id, eras in TABLES.items():
        if any(set(era.split()) <= set(headers) for era in eras):
            return table_id
    names = "|".join(sorted(headers[i] for i in indicators))
    return "columns_" + hashlib.sha256(names.encode()).hexdigest()[:12]


def _report_unread(db: duckdb.DuckDBPyConnection, source: _Source) -> None:
    db.execute(
        """
        insert into reference.findings
        select
            $file, row_number, column_name, 'unreadable_cell', 'neither a number nor a known symbol',
            'look the symbol up in the notes of the release; if legitimate, add it to SYMBOLS in '
                || 'ingest/reference.py'
        from reference.figures
        where file_sha256 = $sha and status = 'unreadable'
        order by row_number, column_name
        """,
        {"file": source.file, "sha": source.sha256},
    )


def _settle_disagreements(db: duckdb.DuckDBPyConnection) -> None:
    """Leave one cell for each key of a table and release; report the files that had said otherwise.

    Two files of one release differ when DfE has revised it in place. The one with more rows is read, then the
    one with the lesser hash: a fixed choice, which only a person can better. In one file the last row counts.
    """
    db.execute(
        """
        create or replace temp table rivals as
        select distinct table_id, release_year
        from (
            select distinct file_sha256, row_number, table_id, release_year, time_period, time_identifier,
                geographic_level, area_code, filters
            from reference.figures
        )
        group by table_id, release_year, time_period, time_identifier, geographic_level, area_code, filters
        having count(*) > 1
        """
    )
    db.execute(
        """
        create or replace temp table superseded as
        select file_sha256, row_number, column_name, differs
        from (
            select
                figures.*,
                row_number() over by_key as preference,
                cell is distinct from first_value(cell) over by_key as differs
            from reference.figures
            join reference.files on figures.file_sha256 = files.sha256 and files.outcome = 'read'
            semi join rivals
                on figures.table_id = rivals.table_id and figures.release_year = rivals.release_year
            window by_key as (
                partition by
                    figures.table_id, figures.release_year, time_period, time_identifier, geographic_level,
                    area_code, filters, lower(column_name)
                order by files.row_count desc, file_sha256, row_number desc
            )
        )
        where preference > 1
        """
    )
    db.execute(
        """
        insert into reference.findings
        select
            files.file, null, null, 'differs_from_another_file',
            count(distinct superseded.row_number)
                || ' rows of this release stand elsewhere with other figures, and those are read',
            'keep in reference/ only the newest file of the release'
        from superseded
        join reference.files on superseded.file_sha256 = files.sha256 and files.outcome = 'read'
        where differs
        group by files.file
        order by files.file
        """
    )
    db.execute(
        """
        delete from reference.figures using superseded
        where figures.file_sha256 = superseded.file_sha256
            and figures.row_number = superseded.row_number
            and figures.column_name = superseded.column_name
        """
    )


def _fill_population(db: duckdb.DuckDBPyConnection) -> None:
    """Where population.csv is silent, the newest release of the mid-year estimates speaks."""
    db.execute(
        """
        insert into reference.population
        select area_code, time_period::bigint, try_cast(value as bigint), 'ons_mid_year ' || release_year
        from reference.figures
        where table_id = 'ons_mid_year'
            and release_year = (
                select max(release_year) from reference.figures where table_id = 'ons_mid_year'
            )
            and lower(geographic_level) = 'local authority'
            and regexp_full_match(area_code, '[0-9]{3}')
            and regexp_full_match(time_period, '[0-9]{4}')
            and lower(column_name) = 'population_estimate'
            and filters like '%0 to 17%'
            and try_cast(value as bigint) is not null
            and (area_code, time_period::bigint) not in (select (la_code, mid_year) from reference.population)
        order by area_code, time_period
        """
    )


# ---- statistical neighbours


def _neighbour_model(headers: Sequence[str]) -> int | None:
    """The model whose way of naming columns this is; both lists name ten neighbours and how close each is."""
    for model_year, named in NEIGHBOUR_MODELS.items():
        if sum(named.fullmatch(h) is not None for h in headers) >= 2 and set(NEIGHBOURS_OF) & set(headers):
            return model_year
    return None


def _lay_out_neighbours(
    db: duckdb.DuckDBPyConnection, source: _Source, raw: RawTable, headers: Sequence[str], model_year: int
) -> None:
    """Long: one row for each neighbour. Spacer and divider rows name none and fall away by themselves."""
    named = NEIGHBOUR_MODELS[model_year]
    ranks = {i: int(found[1]) for i, header in enumerate(headers) if (found := named.fullmatch(header))}
    own = next(headers.index(name) for name in NEIGHBOURS_OF if name in headers)
    with (
        _registered(db, "cells", raw.cells.append_column("row_number", raw.row_numbers)),
        _registered(
            db,
            "ranks",
            pa.table(
                {
                    "position": [str(i) for i in ranks],
                    "neighbour_rank": pa.array(list(ranks.values()), pa.int32()),
                    "column_name": [raw.headers[i].strip() for i in ranks],
                }
            ),
        ),
    ):
        db.execute(
            f"""
            create or replace temp table listed as
            select row_number, la_code, neighbour_rank, column_name, neighbour_la_code
            from (
                unpivot (
                    select
                        row_number, trim("{own}", {BLANKS}) as la_code,
                        {", ".join(f'trim("{i}", {BLANKS}) as "{i}"' for i in ranks)}
                    from cells
                )
                on {", ".join(f'"{i}"' for i in ranks)} into name position value neighbour_la_code
            )
            join ranks using (position)
            where neighbour_la_code <> ''
            """
        )
    is_read = (
        "regexp_full_match(la_code, '[0-9]{3}') and regexp_full_match(neighbour_la_code, '[0-9]{3}')"
        " and la_code <> neighbour_la_code"
    )
    db.execute(
        f"""
        insert into reference.findings
        select
            $file, row_number, column_name, 'unreadable_cell',
            'an authority and its neighbour are not two different three-digit codes',
            'correct the cell; until then the authority has one neighbour fewer'
        from listed where not ({is_read}) order by row_number, neighbour_rank
        """,
        {"file": source.file},
    )
    db.execute(
        f"""
        create or replace temp table neighbours_read as
        select
            $model_year::integer as model_year, la_code, neighbour_rank, neighbour_la_code,
            $sha as source_file_sha
        from listed where {is_read}
        qualify row_number() over (partition by la_code, neighbour_rank order by row_number desc) = 1
        """,
        {"model_year": model_year, "sha": source.sha256},
    )
    # two lists of one model: the first, by path, speaks for each authority it names
    (again,) = db.sql(
        """
        select count(distinct la_code)
        from neighbours_read semi join reference.neighbours using (model_year, la_code)
        """
    ).fetchone() or (0,)
    if again:
        _report(
            db,
            source.file,
            [
                Finding(
                    "differs_from_another_file",
                    f"{again} authorities have a list of this model in another file, and that one is read",
                    "keep in reference/ one list of each model",
                )
            ],
        )
    db.execute(
        """
        insert into reference.neighbours
        select * from neighbours_read anti join reference.neighbours using (model_year, la_code)
        order by la_code, neighbour_rank
        """
    )
    _record(db, source, "read", f"neighbours_{model_year}", model_year, raw.cells.num_rows)


# ---- small things


class _registered:
    """An Arrow table that the database can see for as long as the block lasts."""

    def __init__(self, db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
        self._db, self._name, self._table = db, name, table

    def __enter__(self) -> None:
        self._db.register(self._name, self._table)

    def __exit__(self, *_: object) -> None:
        self._db.unregister(self._name)


def _quoted(position: int) -> str:
    return f'"{position}"'


def _trimmed(position: int) -> str:
    return f"trim({_quoted(position)}, {BLANKS})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _report(db: duckdb.DuckDBPyConnection, file: str, findings: Iterable[Finding]) -> None:
    rows = [(file, f.row_number, f.column_name, f.finding, f.reason, f.next_move) for f in findings]
    if rows:
        names = ("file", "row_number", "column_name", "finding", "reason", "next_move")
        types = [pa.string(), pa.int64(), *[pa.string()] * 4]
        columns = [
            pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)
        ]
        with _registered(db, "reported", pa.Table.from_arrays(columns, names=names)):
            db.execute("insert into reference.findings by name from reported")


def _record(
    db: duckdb.DuckDBPyConnection,
    source: _Source,
    outcome: str,
    table_id: str | None = None,
    release_year: int | None = None,
    row_count: int = 0,
) -> None:
    """Put the file on record with its cells by status, counted where they are kept."""
    db.execute(
        """
        insert into reference.files
        select
            $file, $sha, $outcome, $table_id, $release_year, $row_count,
            count(*),
            count(*) filter (status = 'number'),
            count(*) filter (status = 'suppressed'),
            count(*) filter (status = 'not_available'),
            count(*) filter (status = 'not_applicable'),
            count(*) filter (status = 'low_reliability'),
            count(*) filter (status = 'rounds_to_zero'),
            count(*) filter (status in ('years_and_months', 'empty', 'unreadable'))
        from reference.figures
        where file_sha256 = $sha and $outcome = 'read'
        """,
        {
            "file": source.file,
            "sha": source.sha256,
            "outcome": outcome,
            "table_id": table_id,
            "release_year": release_year,
            "row_count": row_count,
        },
    )
