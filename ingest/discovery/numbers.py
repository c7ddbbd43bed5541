"""The commas and points in the numbers of a file: between thousands, or before decimals.

1,234 is a thousand or one and a bit, and so is 1.234. A column tells which by its other cells. Where none
does, they are left unread if semicolons separate the cells, as they do where a comma is the decimal point;
else they are read as in English.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.contracts.cell_types import BLANK, UNREAD, text_of
from ingest.contracts.findings import Finding
from ingest.contracts.return_schema import Field, ReturnFormat
from ingest.contracts.tolerances import noted
from ingest.discovery.file_reader import RawTable

Mask = NDArray[np.bool_]

SIGN = "^[+-]?£?[+-]?"
EITHER = {  # a whole number with a comma in it is one of thousands, unless all behind the comma is nothing
    "number": rf"{SIGN}[1-9][0-9]{{0,2}},[0-9]{{3}}$",
    "integer": rf"{SIGN}[1-9][0-9]{{0,2}},000$",
}
EITHER_POINT = rf"{SIGN}[1-9][0-9]{{0,2}}\.[0-9]{{3}}$"
THOUSANDS = {
    "number": rf"{SIGN}[0-9]{{1,3}}((,[0-9]{{3}}){{2,}}|(,[0-9]{{3}})+\.[0-9]*)$",
    "integer": rf"{SIGN}[0-9]{{1,3}}((,[0-9]{{3}}){{2,}}|(,[0-9]{{3}})+\.[0-9]*|,[0-9]*[1-9][0-9]*)$",
}
POINT = rf"{SIGN}[0-9]+\.[0-9]+$"
DECIMAL = rf"{SIGN}([0-9]+,([0-9]{{1,2}}|[0-9]{{4,}})|0,[0-9]+|[0-9]{{4,}},[0-9]+)$"
POINTED = rf"{SIGN}[1-9][0-9]{{0,2}}((\.[0-9]{{3}})+,[0-9]*|(\.[0-9]{{3}}){{2,}})$"  # 1.234,5 or 1.234.567


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
    """A column without numbers that can be read two ways, and what is said of it."""
    if not _has_a_sign(column):
        return column, []
    encoded = column.dictionary_encode().combine_chunks()
    trimmed = pc.utf8_trim(encoded.dictionary, characters=BLANK)
    cells = np.bincount(encoded.indices.to_numpy(), minlength=len(trimmed))

    def are(pattern: str) -> Mask:
        return np.array(pc.match_substring_regex(trimmed, pattern).to_numpy(zero_copy_only=False), np.bool_)

    comma, point, pointed, decimal = map(are, (EITHER[field.type], EITHER_POINT, POINTED, DECIMAL))
    is_whole = field.type == "integer"
    is_english = (are(THOUSANDS[field.type]) & ~comma & ~decimal).any() or (are(POINT) & ~point).any()
    has_points = pointed.any() or (is_whole and (point & ~are(r"\.000$")).any())
    is_unread = np.zeros(len(trimmed), np.bool_)
    said: list[Finding] = []
    if not (decimal.any() or has_points):
        if by_semicolons and not is_english:
            is_unread = comma | point
    elif is_english or (point.any() and not pointed.any()):
        is_unread = comma | point
    read = encoded.dictionary
    if (decimal.any() or pointed.any()) and not is_english:
        by_point = pointed | (point & ~is_unread)
        by_comma = (comma & ~is_unread) | decimal
        plain = pc.if_else(pa.array(by_point), pc.replace_substring(trimmed, ".", ""), trimmed)
        plain = pc.replace_substring(plain, ",", ".")
        read = pc.if_else(pa.array(by_point | by_comma), plain, read)
        for kind, of_kind in (("thousands_points_noted", by_point), ("decimal_commas_noted", by_comma)):
            if of_kind.any():
                said.append(noted(kind, int(cells[of_kind].sum()), column=header))
    if is_unread.any():
        count = int(cells[is_unread].sum())
        unsure = Finding(
            "numbers_unsure",
            f"{count} {'cell' if count == 1 else 'cells'} of the column may be thousands or have decimals "
            "(1,234 or 1.234), which no other cell settles; none was read",
            "export numbers without commas or points between thousands, and with a point before decimals",
            column_name=header,
        )
        read, said = pc.if_else(pa.array(is_unread), pa.scalar(UNREAD), read), [*said, unsure]
    return (pa.chunked_array([read.take(encoded.indices)]), said) if said else (column, [])


def _has_a_sign(column: pa.ChunkedArray) -> bool:
    """Whether a cell has a comma or a point: most columns have neither, and need no second look."""
    for chunk in column.chunks:
        starts, signs = text_of(chunk)
        held = signs[starts[0] : starts[-1]]
        if (held == ord(",")).any() or (held == ord(".")).any():
            return True
    return False
