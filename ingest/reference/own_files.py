"""Our own reference files, which have a declared format: population.csv, targets.csv and the like."""

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow as pa

from ingest.contracts.cell_types import BLANKS
from ingest.contracts.findings import Finding
from ingest.contracts.return_schema import Field, ReturnFormat, load_formats
from ingest.discovery.file_reader import RawTable, RejectedFileError
from ingest.discovery.long_rows import with_sure_places
from ingest.landing.conform import conform
from ingest.reference.parsed import registered

AUTHORITIES = ReturnFormat(
    name="authorities",
    about="Names of authorities that are not on DfE's list, as invented ones.",
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


def declared_files() -> Mapping[str, ReturnFormat]:
    """The format of each file by its name in reference/."""
    kept = [fmt for fmt in load_formats().values() if fmt.is_reference]
    return {f"{fmt.name}.csv": fmt for fmt in (AUTHORITIES, *kept)}


def load_own_files(
    db: duckdb.DuckDBPyConnection, file: str, raw: RawTable, fmt: ReturnFormat, as_at: date | None = None
) -> tuple[pa.Table, list[Finding]]:
    """Fill reference.<format> from the file. Returns the rows taken and findings of the file itself.

    Findings of single cells go straight into reference.findings. `as_at` is the last day of the month
    reported (ingest.contracts.dates). Raises RejectedFileError.
    """
    raw = with_sure_places(raw, fmt, as_at)
    match = fmt.match_headers(raw.headers)
    names = ", ".join(f.name for f in fmt.fields)
    if match.problem:
        problem, _, _ = match.problem.partition("; ")
        raise RejectedFileError(f"{problem}; reference/{fmt.name}.csv has the columns {names}")
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
        conformed = conform(aside, cells, fmt, as_at)
        rows = conformed.rows
    extra = ", 'population.csv' as source" if fmt.name == "population" else ""
    with registered(db, "conformed_rows", rows):
        db.execute(f"insert into reference.{fmt.name} by name select {names}{extra} from conformed_rows")
    with registered(db, "conformed_findings", conformed.findings), registered(db, "cells_sent", cells):
        db.execute(
            f"""
            insert into reference.findings by name
            select
                $file as file, found.* exclude (file_no, value, event_date),
                nullif(regexp_extract(trim(cells_sent.la_code, {BLANKS}), '^[0-9]{{3}}$'), '') as la_code
            from conformed_findings as found left join cells_sent using (row_number)
            """,
            {"file": file},
        )
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
    return rows, [*raw.findings, *unknown]
