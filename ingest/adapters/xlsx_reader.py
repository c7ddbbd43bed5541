"""Open an .xlsx of lists as text cells by sheet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.adapters.base import cleaned
from ingest.contracts.findings import RejectedFileError
from ingest.discovery.file_reader import floats_as_text
from ingest.discovery.workbooks import TIME_OF_DAY, UNREADABLE, Contents, is_panic, opened_book

FIRST_DAY = datetime(1904, 1, 2)  # nobody in these lists was born before, whichever year Excel counts from
NOTHING = pa.array([], pa.bool_())
UNNAMED = "__UNNAMED__"  # how the reader names a column without a heading
SEARCHED_ROWS = 50  # titles and notes may stand above the headings


@dataclass(frozen=True)
class Cells:
    """One sheet below its headings: these as received, the wanted columns as text, where each row was.

    Text is as conform will read it: trimmed, and null where the cell says nothing. All columns of a workbook
    share one dictionary, so that whatever is worked out for a spelling is worked out once; `is_day` tells
    which of its texts are days that Excel itself holds as dates.
    """

    title: str
    header_row: int  # counting from 1
    headings: tuple[str, ...]
    columns: dict[int, pa.DictionaryArray] = field(repr=False)  # by position of the heading
    row_numbers: pa.Array = field(repr=False)
    is_day: pa.Array = field(repr=False)
    errors: tuple[tuple[int, int], ...]  # (row number, position) of cells that hold an Excel error


def read_sheets(
    data: bytes,
    contents: Contents,
    is_wanted: Callable[[str], bool],
    is_header: Callable[[Sequence[str]], bool],
) -> list[Cells | str]:
    """Each sheet that has a row of headings, as cells; of one that has none, its title.

    Raises RejectedFileError.

    A sheet whose headings stand in its first row, as nearly all do, is read once and only in wanted columns;
    any other is read whole and searched.
    """
    try:
        book = opened_book(data, contents)
        return _share_text(
            [
                _read_plain(book, title, contents.has_errors, is_wanted, is_header)
                or _read_searched(book, title, is_header)
                or title
                for title in book.sheet_names
            ]
        )
    except fastexcel.FastExcelError:  # its text can quote the file
        raise RejectedFileError(UNREADABLE) from None
    except BaseException as error:
        if not is_panic(error):
            raise
        raise RejectedFileError(UNREADABLE) from None


def _read_plain(
    book: fastexcel.ExcelReader,
    title: str,
    has_errors: bool,
    is_wanted: Callable[[str], bool],
    is_header: Callable[[Sequence[str]], bool],
) -> Cells | None:
    headings: list[str] = []
    how: dict[str, Any] = {} if has_errors else {"eager": True}  # straight to Arrow

    def note(column: fastexcel.ColumnInfoNoDtype) -> bool:
        headings.append("" if column.name.startswith(UNNAMED) else column.name)
        return is_wanted(column.name)

    try:
        sheet = book.load_sheet(
            title, header_row=0, skip_rows=0, schema_sample_rows=None, use_columns=note, **how
        )
    except fastexcel.UnsupportedColumnTypeCombinationError:  # as durations among dates: read as text instead
        return None
    if not is_header(headings):
        return None
    batch, errors = sheet.to_arrow_with_errors() if has_errors else (sheet, None)
    wanted = [i for i, heading in enumerate(headings) if is_wanted(heading)]
    if len(wanted) != batch.num_columns:
        return None
    return Cells(
        title=title,
        header_row=1,
        headings=tuple(headings),
        columns={place: batch.column(i) for i, place in enumerate(wanted)},
        row_numbers=pa.array(np.arange(2, batch.num_rows + 2, dtype=np.int64)),
        is_day=NOTHING,
        errors=_places(errors),
    )


def _read_searched(
    book: fastexcel.ExcelReader, title: str, is_header: Callable[[Sequence[str]], bool]
) -> Cells | None:
    sheet = book.load_sheet(title, header_row=None, skip_rows=0, schema_sample_rows=1, dtypes="string")
    batch, errors = sheet.to_arrow_with_errors()
    top = batch.slice(0, SEARCHED_ROWS)
    rows = zip(*(column.to_pylist() for column in top.columns), strict=True)
    for place, row in enumerate(rows):
        headings = tuple(cell or "" for cell in row)
        if is_header(headings):
            below = batch.slice(place + 1)
            first = place + 2
            return Cells(
                title=title,
                header_row=place + 1,
                headings=headings,
                columns={i: below.column(i) for i in range(below.num_columns)},
                row_numbers=pa.array(np.arange(first, first + below.num_rows, dtype=np.int64)),
                is_day=NOTHING,
                errors=tuple(at for at in _places(errors) if at[0] >= first),
            )
    return None


def _places(errors: fastexcel.CellErrors | None) -> tuple[tuple[int, int], ...]:
    return tuple((e.position[0] + 1, e.position[1]) for e in errors.errors) if errors else ()


def _share_text(sheets: list[Cells | str]) -> list[Cells | str]:
    """The cells of all sheets as indices into one dictionary of text, null where a cell says nothing."""
    by_type: dict[pa.DataType, list[tuple[tuple[int, int], pa.Array]]] = {}
    found: dict[tuple[int, int], pa.Array] = {}
    for n, sheet in enumerate(sheets):
        for at, column in sheet.columns.items() if isinstance(sheet, Cells) else ():
            if len(column):
                by_type.setdefault(column.type, []).append(((n, at), column))
            else:
                found[n, at] = pa.array([], pa.int32())
    texts: list[pa.Array] = []
    held = 0
    for members in by_type.values():
        encoded = pa.chunked_array([column for _, column in members]).dictionary_encode()
        for (place, _), chunk in zip(members, encoded.chunks, strict=True):
            found[place] = pc.add(chunk.indices, held)
        texts.append(_as_text(encoded.chunk(0).dictionary))
        held += len(texts[-1])
    every = cleaned(pa.concat_arrays([pa.array([], pa.string()), *texts])).dictionary_encode()
    days = [cleaned(text) for text, kind in zip(texts, by_type, strict=True) if pa.types.is_timestamp(kind)]
    is_day = pc.is_in(every.dictionary, pa.concat_arrays([pa.array([], pa.string()), *days]))
    is_day = pc.and_(is_day, pc.equal(pc.utf8_length(every.dictionary), 10))  # and no time of day
    return [
        sheet
        if isinstance(sheet, str)
        else replace(
            sheet,
            columns={
                at: pa.DictionaryArray.from_arrays(every.indices.take(found[n, at]), every.dictionary)
                for at in sheet.columns
            },
            is_day=is_day,
        )
        for n, sheet in enumerate(sheets)
    ]


def _as_text(column: pa.Array) -> pa.Array:
    """Cells as Excel shows them to a reader: dates as yyyy-mm-dd, whole numbers without a point.

    A time of day is a date of Excel's first days; it is left as a time, which conform takes for no date.
    """
    if pa.types.is_timestamp(column.type):
        days = pc.cast(pc.cast(column, pa.date32(), safe=False), pa.string())
        is_time = pc.less(column, pa.scalar(FIRST_DAY, column.type))
        times = pc.strftime(pc.cast(column.filter(is_time), pa.timestamp("s"), safe=False), "%H:%M:%S")
        return pc.replace_with_mask(days, is_time, times)
    if pa.types.is_floating(column.type):
        return floats_as_text(column)
    if pa.types.is_string(column.type):
        return pc.replace_substring_regex(column, TIME_OF_DAY, "")
    return pc.cast(column, pa.string())
