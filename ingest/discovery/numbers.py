"""The commas in the numbers of a file: between thousands, or where others have a decimal point.

1,234 is a thousand or one and a bit. A column tells which by its other cells. Where none does, it is left
unread if semicolons separate the cells, as they do where a comma is the decimal point; else it is a thousand.
"""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.cell_types import BLANK, UNREAD
from ingest.contracts.findings import Finding
from ingest.contracts.return_schema import Field, ReturnFormat
from ingest.contracts.tolerances import noted
from ingest.discovery.file_reader import RawTable

SIGN = "^[+-]?£?[+-]?"
EITHER = {  # a whole number with a comma in it is one of thousands, unless all behind the comma is nothing
    "number": rf"{SIGN}[1-9][0-9]{{0,2}},[0-9]{{3}}$",
    "integer": rf"{SIGN}[1-9][0-9]{{0,2}},000$",
}
THOUSANDS = rf"{SIGN}[0-9]{{1,3}}((,[0-9]{{3}}){{2,}}|(,[0-9]{{3}})+\.[0-9]*)$"
WHOLE_THOUSANDS = rf"{SIGN}[1-9][0-9]{{0,2}},[0-9]{{3}}$"
POINT = rf"{SIGN}[0-9]+\.[0-9]+$"
DECIMAL = rf"{SIGN}([0-9]+,([0-9]{{1,2}}|[0-9]{{4,}})|0,[0-9]+|[0-9]{{4,}},[0-9]+)$"


def with_sure_numbers(table: RawTable, fmt: ReturnFormat) -> RawTable:
    """A table as received, its numbers without a comma that may mean either; and what is said of them."""
    said = [*table.findings]
    cells = table.cells
    columns = fmt.match_headers(table.headers).columns
    for field in fmt.fields:
        if field.type in EITHER and field.name in columns:
            place = cells.column_names.index(str(columns[field.name]))
            header = table.headers[columns[field.name]]
            column, found = _settled(cells.column(place), field, header, table.separator == ";")
            cells = cells.set_column(place, cells.column_names[place], column)
            said += found
    return replace(table, cells=cells, findings=tuple(said))


def _settled(
    column: pa.ChunkedArray, field: Field, header: str, by_semicolons: bool
) -> tuple[pa.ChunkedArray, list[Finding]]:
    trimmed = pc.utf8_trim(column, characters=BLANK)

    def are(pattern: str) -> pa.ChunkedArray:
        return pc.match_substring_regex(trimmed, pattern)

    is_either, is_decimal = are(EITHER[field.type]), are(DECIMAL)
    has_decimals = bool(pc.any(is_decimal, min_count=0).as_py())
    points = [THOUSANDS, POINT] if field.type == "number" else [THOUSANDS, WHOLE_THOUSANDS]
    has_thousands = any(
        pc.any(pc.and_not(are(pattern), is_either), min_count=0).as_py() for pattern in points
    )
    count = pc.sum(is_either).as_py() or 0
    if has_decimals and not has_thousands:
        is_read = pc.or_(is_either, is_decimal)
        read = pc.if_else(is_read, pc.replace_substring(trimmed, ",", "."), column)
        return read, [noted("decimal_commas_noted", pc.sum(is_read).as_py(), column=header)]
    if not count or (not has_decimals and (has_thousands or not by_semicolons)):
        return column, []
    unsure = Finding(
        "numbers_unsure",
        f"{count} {'cell' if count == 1 else 'cells'} of the column may be thousands or have a decimal comma "
        "(1,234), which no other cell settles; none was read",
        "export numbers without commas between thousands, and with a point before decimals",
        column_name=header,
    )
    return pc.if_else(is_either, pa.scalar(UNREAD), column), [unsure]
