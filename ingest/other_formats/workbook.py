"""Open an .xlsx as text cells by sheet. What cannot be a workbook of lists is refused before it is parsed."""

import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.read_raw import Rejected

MOST_UNPACKED = 200 * 1000**2
MOST_RATIO = 100
MOST_ENTRIES = 1000
PIECE = 1 << 20
INNER_ARCHIVE = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
# A cell far off makes the reader hold every cell before it: columns to ZZ and rows to 99,999 are room enough.
FAR_CELL = re.compile(rb"""\br\s*=\s*["'](?:[A-Z]{3,}|[A-Z]*0*[1-9][0-9]{5,})""")
logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every empty column
FIRST_DAY = datetime(1904, 1, 2)  # nobody in these lists was born before, whichever year Excel counts from
TIME_OF_DAY = "^(1899-12-3[01]|1900-01-0[01]|1904-01-01) "
UNNAMED = "__UNNAMED__"  # how the reader names a column without a heading
SEARCHED_ROWS = 50  # titles and notes may stand above the headings


@dataclass(frozen=True)
class Cells:
    """One sheet below its headings: these as received, the wanted columns as text, where each row was."""

    title: str
    header_row: int  # counting from 1
    headings: tuple[str, ...]
    columns: dict[int, pa.ChunkedArray] = field(repr=False)  # by position of the heading
    row_numbers: pa.Array = field(repr=False)
    errors: tuple[tuple[int, int], ...]  # (row number, position) of cells that hold an Excel error


def check_container(data: bytes) -> None:
    """Refuse what is no plain workbook: bombs, archives in it, odd names, what breaks off. Raises Rejected.

    Sizes that the container states can lie, so every part is unpacked, in pieces and kept nowhere.
    """
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise Rejected(
            "it is protected by a password or in the old .xls form; save it as .xlsx without a password"
        )
    if data[:4] != b"PK\x03\x04":
        raise Rejected("it is not an .xlsx workbook, or its beginning is lost")
    try:
        entries = zipfile.ZipFile(BytesIO(data)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError):
        raise Rejected("it breaks off or is damaged; send it again") from None
    if len(entries) > MOST_ENTRIES:
        raise Rejected(f"it holds more than {MOST_ENTRIES} parts")
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise Rejected(f"it unpacks to more than {MOST_UNPACKED // 1000**2} MB")
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or len(names) < len(entries):
        raise Rejected("it is not an .xlsx workbook")
    for entry in entries:
        _check_name(entry.filename)
        if entry.file_size > MOST_RATIO * max(entry.compress_size, 1):
            raise Rejected(f"a part of it unpacks to more than {MOST_RATIO} times its size")
        if _unpack(data, entry) != entry.file_size:
            raise Rejected("a part of it is not of the size that it states")


def _check_name(name: str) -> None:
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\x00" in name:
        raise Rejected("a part of it has a name that leads outside it")


def _unpack(data: bytes, entry: zipfile.ZipInfo) -> int:
    """Unpack one part piece by piece; its true size. Raises Rejected."""
    size, tail = 0, b""
    for piece in _pieces(data, entry):
        if size == 0 and piece.startswith(INNER_ARCHIVE):
            raise Rejected("it holds another archive")
        if size == 0 and b"<!DOCTYPE" in piece[:65536]:
            raise Rejected("a part of it declares a document type (DOCTYPE), which no workbook has")
        size += len(piece)
        if size > entry.file_size:
            break
        _check_extent(tail + piece)  # of every part: a sheet can go by any name
        tail = piece[-64:]
    return size


def _pieces(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    at = entry.header_offset
    if data[at : at + 4] != b"PK\x03\x04" or entry.flag_bits & 1:
        raise Rejected("it is damaged or encrypted; send it again without a password")
    name_length, extra_length = struct.unpack_from("<HH", data, at + 26)
    begin = at + 30 + name_length + extra_length
    packed = memoryview(data)[begin : begin + entry.compress_size]
    if len(packed) < entry.compress_size:
        raise Rejected("it breaks off; send it again")
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (bytes(packed[i : i + PIECE]) for i in range(0, len(packed), PIECE))
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise Rejected("it is packed in a way that workbooks are not; save it again in Excel")
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for i in range(0, len(packed), PIECE // 8):
            waiting = bytes(packed[i : i + PIECE // 8])
            while waiting:
                yield unpacker.decompress(waiting, PIECE)
                waiting = unpacker.unconsumed_tail
        yield unpacker.flush()
    except zlib.error:
        raise Rejected("it is damaged; send it again") from None
    if not unpacker.eof:
        raise Rejected("it breaks off; send it again")


def _check_extent(piece: bytes) -> None:
    """Refuse a cell beyond what any list needs. Looks first for the shape of its name, which few have."""
    byte = np.frombuffer(piece, np.uint8)
    quotes = np.flatnonzero((byte == 34) | (byte == 39))
    after = quotes[quotes + 4 < len(byte)]
    before = quotes[quotes >= 6]
    has_three_letters = np.logical_and.reduce([byte[after + i] - 65 < 26 for i in (1, 2, 3)])  # "XFD1
    has_three_letters &= byte[after + 4] != 45  # "UTF-8
    has_six_digits = np.logical_and.reduce(
        [byte[before - i] - 48 < 10 for i in (1, 2, 3, 4, 5, 6)]
    )  # A100000"
    if (has_three_letters.any() or has_six_digits.any()) and FAR_CELL.search(piece):
        raise Rejected(
            "a sheet has cells beyond row 99,999 or column ZZ; "
            "delete what is empty below and to the right of its list"
        )


def read_sheets(
    data: bytes,
    is_wanted: Callable[[str], bool],
    is_header: Callable[[Sequence[str]], bool],
) -> Iterator[Cells | str]:
    """Each sheet that has a row of headings, as cells; of one that has none, its title. Raises Rejected.

    A sheet whose headings stand in its first row, as nearly all do, is read once and only in wanted columns;
    any other is read whole and searched.
    """
    try:
        book = fastexcel.read_excel(data)
        for title in book.sheet_names:
            yield (
                _read_plain(book, title, is_wanted, is_header)
                or _read_searched(book, title, is_header)
                or title
            )
    except Rejected:
        raise
    except fastexcel.FastExcelError:  # its text can quote the file
        raise Rejected(
            "a sheet of it cannot be read; open it in Excel, save it again and send that"
        ) from None
    except BaseException as error:  # the reader is compiled: where it fails badly it raises a PanicException
        if type(error).__name__ != "PanicException":
            raise
        raise Rejected(
            "a sheet of it cannot be read; open it in Excel, save it again and send that"
        ) from None


def _read_plain(
    book: fastexcel.ExcelReader,
    title: str,
    is_wanted: Callable[[str], bool],
    is_header: Callable[[Sequence[str]], bool],
) -> Cells | None:
    headings: list[str] = []

    def note(column: fastexcel.ColumnInfoNoDtype) -> bool:
        headings.append("" if column.name.startswith(UNNAMED) else column.name)
        return is_wanted(column.name)

    try:
        sheet = book.load_sheet(title, header_row=0, skip_rows=0, schema_sample_rows=None, use_columns=note)
    except fastexcel.UnsupportedColumnTypeCombinationError:  # as durations among dates: read as text instead
        return None
    if not is_header(headings):
        return None
    batch, errors = sheet.to_arrow_with_errors()
    wanted = [i for i, heading in enumerate(headings) if is_wanted(heading)]
    if len(wanted) != batch.num_columns:
        return None
    return Cells(
        title=title,
        header_row=1,
        headings=tuple(headings),
        columns={place: _as_text(batch.column(i)) for i, place in enumerate(wanted)},
        row_numbers=pa.array(np.arange(2, batch.num_rows + 2, dtype=np.int64)),
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
                columns={i: pa.chunked_array([below.column(i)]) for i in range(below.num_columns)},
                row_numbers=pa.array(np.arange(first, first + below.num_rows, dtype=np.int64)),
                errors=tuple(at for at in _places(errors) if at[0] >= first),
            )
    return None


def _places(errors: fastexcel.CellErrors | None) -> tuple[tuple[int, int], ...]:
    return tuple((e.position[0] + 1, e.position[1]) for e in errors.errors) if errors else ()


def _as_text(column: pa.Array) -> pa.ChunkedArray:
    """A column as Excel shows it to a reader: dates as yyyy-mm-dd, whole numbers without a point.

    A time of day is a date of Excel's first days; it is left as a time, which conform takes for no date.
    """
    if pa.types.is_timestamp(column.type):
        days = pc.cast(pc.cast(column, pa.date32(), safe=False), pa.string())
        is_time = pc.less(column, pa.scalar(FIRST_DAY, column.type))
        column = (
            pc.if_else(is_time, pc.strftime(pc.cast(column, pa.timestamp("s"), safe=False), "%H:%M:%S"), days)
            if pc.any(is_time).as_py()
            else days
        )
    elif pa.types.is_string(column.type) and pc.any(pc.match_substring_regex(column, TIME_OF_DAY)).as_py():
        column = pc.replace_substring_regex(column, TIME_OF_DAY, "")
    elif pa.types.is_floating(column.type):
        whole = pc.cast(column, pa.int64(), safe=False)
        is_whole = pc.fill_null(pc.equal(pc.cast(whole, pa.float64()), column), False)
        column = pc.if_else(is_whole, pc.cast(whole, pa.string()), pc.cast(column, pa.string()))
    return pa.chunked_array([pc.cast(column, pa.string())])
