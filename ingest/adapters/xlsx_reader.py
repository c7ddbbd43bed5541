"""Open an .xlsx as text cells by sheet. What cannot be a workbook of lists is refused before it is parsed."""

import logging
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from io import BytesIO
from typing import Any

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.adapters.base import cleaned
from ingest.contracts import limits
from ingest.contracts.findings import RejectedFileError
from ingest.discovery.containers import check_name, unpack
from ingest.discovery.file_reader import floats_as_text

INNER_ARCHIVE = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
# A cell far off makes the reader hold every cell before it: columns to CZ and rows to 99,999 are room enough.
FAR_CELL = r"""r\s*=\s*["'](?:[A-Z]{3,}|[D-Z][A-Z]|[A-Z]*0*[1-9][0-9]{5,})"""
SHEET = re.compile(rb"<(?:\w+:)?sheet[\s/>]")
AT = re.compile(rb"\b" + FAR_CELL.encode())  # slower, and sure that the attribute is r and no other
logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every empty column
ERROR = r"""t\s*=\s*["']e["']"""  # how a sheet marks a cell that holds an error
FIRST_DAY = datetime(1904, 1, 2)  # nobody in these lists was born before, whichever year Excel counts from
TIME_OF_DAY = "^(1899-12-3[01]|1900-01-0[01]|1904-01-01) "
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


def check_container(data: bytes) -> bool:
    """Refuse what is no plain workbook: bombs, archives in it, odd names, what breaks off.

    Raises RejectedFileError.

    Sizes that the container states can lie, so every part is unpacked and kept nowhere. Returns whether a
    cell may hold an error of Excel: the reader takes longer where it must keep account of them.
    """
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise RejectedFileError(
            "it is protected by a password or in the old .xls form; save it as .xlsx without a password"
        )
    if data[:4] != b"PK\x03\x04":
        raise RejectedFileError("it is not an .xlsx workbook, or its beginning is lost")
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError):
        raise RejectedFileError("it breaks off or is damaged; send it again") from None
    unpacked = sum(entry.file_size for entry in entries)
    limits.check("workbook", bytes=len(data), parts=len(entries), unpacked_bytes=unpacked)
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or len(names) < len(entries):
        raise RejectedFileError("it is not an .xlsx workbook")
    with ThreadPoolExecutor(max_workers=2) as pool:  # zlib and Arrow leave the other core free
        return any(list(pool.map(partial(_check_entry, data), entries)))


def _check_entry(data: bytes, entry: zipfile.ZipInfo) -> bool:
    """Refuse a part for its name, its size or what is in it. Raises RejectedFileError."""
    check_name(entry.filename)
    ratio = limits.limit("workbook", "ratio")
    if entry.file_size > ratio * max(entry.compress_size, 1):
        raise RejectedFileError(f"a part of it unpacks to more than {ratio} times its size")
    part = unpack(data, entry)
    if len(part) != entry.file_size:
        raise RejectedFileError("a part of it is not of the size that it states")
    return _check_part(part)  # of every part: a sheet can go by any name


def _check_part(part: bytes) -> bool:
    """Refuse what no part of a workbook holds; whether a cell may hold an error of Excel.

    Raises RejectedFileError.
    """
    if part.startswith(INNER_ARCHIVE):
        raise RejectedFileError("it holds another archive")
    # many sheets may be made of one part: each is read for itself
    if part.count(b"sheet") > limits.limit("workbook", "sheets"):  # quicker than the expression
        limits.check("workbook", sheets=len(SHEET.findall(part)))
    if b"<!DOCTYPE" in part[:65536]:
        raise RejectedFileError("a part of it declares a document type (DOCTYPE), which no workbook has")
    ends = pa.array([0, len(part)], pa.int32()).buffers()[1]
    whole = pa.Array.from_buffers(pa.binary(), 1, [None, ends, pa.py_buffer(part)])  # in place: no copy
    if pc.match_substring_regex(whole, FAR_CELL)[0].as_py() and AT.search(part):
        raise RejectedFileError(
            "a sheet has cells beyond row 99,999 or column CZ; "
            "delete what is empty below and to the right of its list"
        )
    # every error that Excel writes begins with #, and the reader refuses any other
    return b"#" in part and bool(pc.match_substring_regex(whole, ERROR)[0].as_py())


def read_sheets(
    data: bytes,
    has_errors: bool,
    is_wanted: Callable[[str], bool],
    is_header: Callable[[Sequence[str]], bool],
) -> list[Cells | str]:
    """Each sheet that has a row of headings, as cells; of one that has none, its title.

    Raises RejectedFileError.

    A sheet whose headings stand in its first row, as nearly all do, is read once and only in wanted columns;
    any other is read whole and searched.
    """
    try:
        book = fastexcel.read_excel(data)
        return _share_text(
            [
                _read_plain(book, title, has_errors, is_wanted, is_header)
                or _read_searched(book, title, is_header)
                or title
                for title in book.sheet_names
            ]
        )
    except fastexcel.FastExcelError:  # its text can quote the file
        raise RejectedFileError(
            "a sheet of it cannot be read; open it in Excel, save it again and send that"
        ) from None
    except BaseException as error:  # the reader is compiled: where it fails badly it raises a PanicException
        if type(error).__name__ != "PanicException":
            raise
        raise RejectedFileError(
            "a sheet of it cannot be read; open it in Excel, save it again and send that"
        ) from None


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
