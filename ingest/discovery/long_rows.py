"""Rows with more cells than there are headings: which of their cells stand under their own for sure.

A comma in a value without quotation marks moves every cell behind it under the next heading. Each way in
which the row may have come about is tried: a cell is sure where all that can be read agree on it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.contracts import code_lists, dates
from ingest.contracts.cell_types import BLANK, UNREAD, read_columns
from ingest.contracts.findings import Finding
from ingest.contracts.return_schema import ReturnFormat
from ingest.discovery.file_reader import RawTable

MOST_BEYOND = 6  # cells too many, of which it is still asked where they belong
QUOTE_IT = "put each value that holds a separator in quotation marks, or name every column"

Mask = NDArray[np.bool_]
Part = tuple[int, int]  # cells that a value may be made of: how many further right they begin, and how many


def with_sure_places(table: RawTable, fmt: ReturnFormat, as_at: date | None) -> RawTable:
    """A table as received, with UNREAD for each cell that may belong under another heading; and what is said.

    `as_at` is the last day of what is reported (ingest.contracts.dates).
    """
    if not table.beyond:
        return table
    found = fmt.match_headers(table.headers).columns
    columns = {found[f.name]: f.name for f in fmt.fields if f.name in found and not f.dropped}
    numbers = table.row_numbers.to_pylist()
    long = [(place, table.beyond[number]) for place, number in enumerate(numbers) if number in table.beyond]
    doubted: dict[int, list[int]] = {}  # place of a row -> the columns that are not sure
    for (count, is_filled), rows in groupby(sorted(long, key=_kind), key=_kind):
        if count > MOST_BEYOND:
            doubted |= {place: sorted(columns) for place, _ in rows}
            continue
        places, beyond = zip(*rows, strict=True)
        within = table.cells.take(pa.array(places))
        cells = [
            list(row.values()) + list(more) for row, more in zip(within.to_pylist(), beyond, strict=True)
        ]
        is_sure = _sure(cells, count, is_filled, columns, table.separator, fmt, as_at)
        for place, sure in zip(places, is_sure.T, strict=True):
            if unsure := [at for at in sorted(columns) if not sure[at]]:
                doubted[place] = unsure
    if not doubted:
        return table
    held = table.cells
    for at in sorted({at for unsure in doubted.values() for at in unsure}):
        is_unread = np.zeros(held.num_rows, np.bool_)
        is_unread[[place for place, unsure in doubted.items() if at in unsure]] = True
        name = held.column_names[at]
        held = held.set_column(at, name, pc.if_else(pa.array(is_unread), UNREAD, held.column(name)))
    rows_doubted = {numbers[place]: unsure for place, unsure in doubted.items()}
    kept = [
        f for f in table.findings if f.finding != "cells_beyond_header" or f.row_number not in rows_doubted
    ]
    said = [_finding(table, number, unsure) for number, unsure in sorted(rows_doubted.items())]
    return replace(table, cells=held, findings=(*kept, *said))


def _kind(row: tuple[int, tuple[str, ...]]) -> tuple[int, bool]:
    """How many cells of a row are too many, and whether something is in them."""
    return len(row[1]), any(map(str.strip, row[1]))


def _finding(table: RawTable, number: int, unsure: Sequence[int]) -> Finding:
    more = len(table.beyond[number])
    others = f" and {len(unsure) - 1} more" if len(unsure) > 1 else ""
    return Finding(
        "cells_out_of_place",
        f"the row has {more} more {'cell' if more == 1 else 'cells'} than the header row, and what stands "
        f"under this heading{others} may belong under another, so it was not read",
        QUOTE_IT,
        row_number=number,
        column_name=table.headers[unsure[0]],
        value=",".join(table.beyond[number]),
    )


def _sure(
    rows: list[list[str]],
    beyond: int,
    is_filled: bool,
    columns: dict[int, str],
    separator: str,
    fmt: ReturnFormat,
    as_at: date | None,
) -> Mask:
    """By column and row, whether a cell stands under its heading in every way in which the row can be read.

    Of a row each value is one cell or several that a separator within it cut. A cell between may be of none:
    of a column without a heading where the last cells are filled, else only where it is empty.
    """
    width, count = len(rows[0]) - beyond, len(rows)
    parts = [(s, m) for s in range(beyond + 1) for m in range(1, beyond - s + 2)]
    said = {
        (at, part): [separator.join(row[at + part[0] : at + sum(part)]) for row in rows]
        for at in range(width)
        for part in parts
    }
    may_be = _readable(said, parts, width, count, columns, fmt, as_at)
    may_be_none = np.array([[is_filled or not cell.strip(BLANK) for cell in row] for row in rows]).T
    # whether the columns before, and those behind, can be filled where so many cells are of none
    before = np.zeros((width + 1, beyond + 1, count), np.bool_)
    behind = np.zeros((width + 1, beyond + 1, count), np.bool_)
    before[0], behind[width] = True, True
    for at in range(width):
        for s, m in parts:
            before[at + 1, s + m - 1] |= before[at, s] & may_be[at, (s, m)]
        for s in range(beyond):
            before[at + 1, s + 1] |= before[at + 1, s] & may_be_none[at + 1 + s]
    for at in reversed(range(width)):
        for s, m in parts:
            behind[at, s] |= behind[at + 1, s + m - 1] & may_be[at, (s, m)]
        for s in reversed(range(beyond)):
            behind[at, s] |= behind[at, s + 1] & may_be_none[at + s]
    is_sure = np.ones((width, count), np.bool_)
    is_sure[:, ~behind[0, 0]] = False
    for at in range(width):
        here = [cell.strip(BLANK) for cell in said[at, (0, 1)]]
        for s, m in parts:
            can_be = before[at, s] & may_be[at, (s, m)] & behind[at + 1, s + m - 1]
            others = (cell.strip(BLANK + separator) for cell in said[at, (s, m)])
            is_other = np.array([one != other for one, other in zip(here, others, strict=True)], np.bool_)
            is_sure[at] &= ~(can_be & is_other)
    return is_sure


def _readable(
    said: dict[tuple[int, Part], list[str]],
    parts: Sequence[Part],
    width: int,
    count: int,
    columns: dict[int, str],
    fmt: ReturnFormat,
    as_at: date | None,
) -> dict[tuple[int, Part], Mask]:
    """Which values can be read under a heading. No id is made of several cells, and any text may be."""
    fields = [field for field in fmt.fields if field.name in columns.values()]
    positions = {name: at for at, name in columns.items()}
    cells = pa.table(
        {f.name: [cell for part in parts for cell in said[positions[f.name], part]] for f in fields},
        pa.schema([(f.name, pa.string()) for f in fields]),
    )
    one_file = pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), cells.num_rows)])
    with duckdb.connect() as db:
        db.register("spellings", code_lists.spellings())
        read = read_columns(db, cells, fields, fmt, one_file, as_at)
    every = np.ones((len(parts), count), np.bool_)
    can_be = dict.fromkeys(range(width), every)
    for field in fields:
        column = read[field.name]
        is_read = ~np.array(column.is_unread.to_numpy(zero_copy_only=False), np.bool_)
        if column.why is not None:  # a date, though other dates of the file must tell which
            is_read |= np.array(pc.equal(column.why, dates.OF_EITHER_ORDER).to_numpy(zero_copy_only=False))
        if field.name in fmt.must_fill:
            is_read &= np.array(pc.is_valid(column.typed).to_numpy(zero_copy_only=False), np.bool_)
        of_parts = is_read.reshape(len(parts), count)
        if field.identifies:
            of_parts[[m > 1 for _, m in parts]] = False
        can_be[positions[field.name]] = of_parts
    return {(at, part): of_parts[i] for at, of_parts in can_be.items() for i, part in enumerate(parts)}
