"""Our own reference files, which have a declared format: population.csv, targets.csv and the like."""

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from ingest.conform import conform
from ingest.findings import Finding
from ingest.read_raw import RawTable, Rejected
from ingest.reference.parsed import registered
from ingest.return_format import Field, ReturnFormat, load_formats

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


def declared_files() -> Mapping[str, ReturnFormat]:
    """The format of each file by its name in reference/."""
    kept = [fmt for fmt in load_formats().values() if fmt.is_reference]
    return {f"{fmt.name}.csv": fmt for fmt in (AUTHORITIES, *kept)}


def lay_out_declared(
    db: duckdb.DuckDBPyConnection, file: str, raw: RawTable, fmt: ReturnFormat
) -> tuple[int, list[Finding]]:
    """Fill reference.<format> from the file. Returns rows taken and findings that need a reader.

    Findings of single cells go straight into reference.findings. Raises Rejected.
    """
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
    with registered(db, "conformed_rows", rows):
        db.execute(f"insert into reference.{fmt.name} by name select {names}{extra} from conformed_rows")
    with registered(db, "conformed_findings", conformed.findings):
        db.execute(
            """
            insert into reference.findings
            select $file, row_number, column_name, finding, reason, next_move from conformed_findings
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
    return rows.num_rows, [*raw.findings, *unknown]
