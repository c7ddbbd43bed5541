"""What each authority is to mend, row by row: file, sheet, row and column, by which rule, and what to do.

The reports lie in the restricted zone, one folder an authority, open to nobody else. They say where a fault
stands and hold no value of it.
"""

import string
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingest.adapters.convert import returns_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import RejectedFileError, read_bytes, read_table
from ingest.discovery.raw_folder import RawFile
from ingest.discovery.returns import header_row
from ingest.files import new_file
from ingest.paths import WarehousePaths
from publication.own_names import names_of_files
from publication.select import rows_of

FILE = "error_report.csv"
TEXT = pa.string()
HEADERS = pa.schema(
    [("content_id", pa.int64()), ("field_name", TEXT), ("letter", TEXT), ("sender_name", TEXT)]
)
MOVED = pa.schema(
    [("content_id", pa.int64()), ("landed_row", pa.int64()), ("origin", TEXT), ("row_number", pa.int64())]
)

OWN_NAMES = pa.schema([("file", TEXT), ("own_name", TEXT)])

FORMULA = r"^[=+@\t\r-]"  # a spreadsheet would take what begins so for a formula
SAFE = f"""
create temp macro safe(cell) as case when regexp_matches(cell, '{FORMULA}') then '''' || cell else cell end
"""
# A record opened from another format stands in its own sheet or element. What holds most figures comes first.
REPORT = """
select
    lines.la_code,
    -- whoever may see the report may see the raw folder, and so the name that no release says
    safe(coalesce(own.own_name || substr(lines.file, len(own.file) + 1), lines.file)) as file,
    safe(coalesce(lines.sheet, moved.origin)) as sheet, coalesce(moved.row_number, lines.row_number) as row,
    headers.letter as column, safe(coalesce(headers.sender_name, lines.field_name)) as field,
    lines.rule_id as rule, lines.dfe_codes, lines.severity,
    lines.sentence as "what is wrong or should hold", lines.fix as "what to do",
    max(lines.figure_count) as "figures held",
    case when max(lines.figure_count) > 0 then 'yes' else 'no' end as "must be mended to be published"
from lines
left join own_names as own on lines.file = own.file or starts_with(lines.file, own.file || ':')
left join moved
    on lines.is_landed_row and lines.content_id = moved.content_id and lines.row_number = moved.landed_row
left join headers on lines.content_id = headers.content_id and lines.header_field = headers.field_name
group by all
order by lines.la_code, "figures held" desc, lines.severity, file, rule, sheet, row, field
"""


def error_report(places: WarehousePaths, la_code: str) -> Path:
    """Where an authority's error report is."""
    return places.error_reports / la_code / FILE


def error_report_rows(places: WarehousePaths, la_codes: Iterable[str]) -> int:
    """How many rows the error reports of these authorities have, as they were last written."""
    files = [str(path) for code in la_codes if (path := error_report(places, code)).exists()]
    if not files:
        return 0
    with duckdb.connect() as db:
        [(rows,)] = db.execute(
            "select count(*) from read_csv($1, header = true, all_varchar = true, union_by_name = true)",
            [files],
        ).fetchall()
    return int(rows)


def write_error_reports(places: WarehousePaths) -> int:
    """Write every authority's report anew from the warehouse. Returns how many lines they have in all.

    Each is put in place by a rename; nothing is written to the warehouse.
    """
    places.error_reports.mkdir(mode=0o700, exist_ok=True)
    with duckdb.connect() as db:
        db.execute(f"attach '{places.warehouse}' as warehouse (read_only)")
        db.execute("use warehouse")
        own = {file: name for file, name in names_of_files(places).items() if file != name}
        names = {"file": list(own), "own_name": list(own.values())}
        db.register("own_names", pa.table(names, schema=OWN_NAMES))
        faulty = rows_of(db, "restricted.restricted_faulty_files")
        db.register("headers", _headers(faulty, places, own))
        db.register("moved", _moved(faulty, places))
        db.execute("create temp table lines as from restricted.restricted_error_report")
        db.execute(SAFE)
        db.execute(f"create temp table report as {REPORT}")
        for (la_code,) in db.sql("select distinct la_code from ledger.vintages order by 1").fetchall():
            _write(db, la_code, error_report(places, la_code))
        return int((db.sql("select count(*) from report").fetchone() or (0,))[0])


def _write(db: duckdb.DuckDBPyConnection, la_code: str, path: Path) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    rows = f"select * exclude (la_code) from report where la_code = '{la_code}'"
    with new_file(path, mode=0o600) as aside:
        db.execute(f"copy ({rows}) to '{aside}' (header)")


def _headers(faulty: list[dict[str, Any]], places: WarehousePaths, own: Mapping[str, str]) -> pa.Table:
    """Under which letter and name the sender has each field of a CSV that is judged."""
    judged = {(one["content_id"], one["return_name"], one["file"]) for one in faulty}
    rows = [
        {
            "content_id": content_id,
            "field_name": name,
            "letter": _letter(position),
            "sender_name": received[position],
        }
        for content_id, return_name, file in sorted(judged)
        if (received := header_row(places.raw / own.get(file, file), submitted_formats()[return_name]))
        for name, position in submitted_formats()[return_name].match_headers(received).columns.items()
    ]
    return pa.Table.from_pylist(rows, HEADERS)


def _letter(position: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    letters = ""
    while position >= 0:
        position, rest = divmod(position, 26)
        letters = string.ascii_uppercase[rest] + letters
        position -= 1
    return letters


def _moved(faulty: list[dict[str, Any]], places: WarehousePaths) -> pa.Table:
    """Where rows opened from another format stand in what was sent."""
    parts = [MOVED.empty_table()]
    for content_id, opened in _opened(faulty, places):
        try:
            data, _ = read_bytes(opened.path)
        except RejectedFileError:  # opened anew since: its rows go without a place
            continue
        table = read_table(data, opened.path.suffix).split_places()
        if table.places is not None:
            columns = [
                pa.repeat(pa.scalar(content_id, pa.int64()), table.places.num_rows),
                table.row_numbers,
                table.places.column("origin"),
                table.places.column("row_number").cast(pa.int64()),
            ]
            parts.append(pa.Table.from_arrays(columns, schema=MOVED))
    return pa.concat_tables(parts)


def _opened(faulty: list[dict[str, Any]], places: WarehousePaths) -> Iterator[tuple[int, RawFile]]:
    for sent in faulty:
        if sent["source_format"] == "ssd":
            continue
        for one in returns_of(places.opened, sent["return_name"], sent["reporting_month"]):
            if (one.la_code, one.file) == (sent["la_code"], sent["file"]):
                yield sent["content_id"], one
