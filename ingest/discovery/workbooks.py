"""A workbook of returns: what cannot be one is refused unparsed, and each sheet is read as a CSV.

A sheet becomes what Excel would save of it as 'CSV UTF-8', row for row, and is read as any file is.
Only what Excel knows and a CSV does not is taken along: a date is yyyy-mm-dd, whatever it is shown as.
"""

import logging
import re
import struct
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache, partial, reduce
from io import BytesIO
from operator import or_

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts import limits
from ingest.contracts.dates import from_1904
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.containers import check_name, unpack

SUFFIXES = (".xlsx", ".xlsm")
INNER_ARCHIVE = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
# A cell far off makes the reader hold every cell before it: columns to CZ and rows to 99,999 are room enough.
FAR_CELL = r"""r\s*=\s*["'](?:[A-Z]{3,}|[D-Z][A-Z]|[A-Z]*0*[1-9][0-9]{5,})"""
SHEET = re.compile(rb"<(?:\w+:)?sheet[\s/>]")
AT = re.compile(rb"\b" + FAR_CELL.encode())  # slower, and sure that the attribute is r and no other
logging.getLogger("fastexcel").setLevel(logging.ERROR)  # it warns of every empty column
ERROR = r"""t\s*=\s*["']e["']"""  # how a sheet marks a cell that holds an error
TIME_OF_DAY = "^(1899-12-3[01]|1900-01-0[01]|1904-01-01) "
NO_RESULT = re.compile(  # a formula never worked out; of one that gives text, nothing is a result
    rb"""<c\b(?![^>]*\bt=["']str["'])[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>"""
)
SHOWN = {  # how Excel shows each error, by the reader's word for it
    "NA": "#N/A", "Div0": "#DIV/0!", "Ref": "#REF!", "Name": "#NAME?", "Null": "#NULL!", "Num": "#NUM!",
    "Value": "#VALUE!",
}  # fmt: skip
UNREADABLE = "a sheet of it cannot be read; open it in Excel, save it again and send that"
MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
LOSES_DIGITS = 16  # digits of which a number does not hold the last
LONG_NUMBER = re.compile(  # of a cell that holds no text
    rb"""<c\b(?![^>]*\bt=["'](?:s|str|b|d|e|inlineStr)["'])[^>]*>\s*(?:<f\b[^>]*>(?:[^<]*</f>)?\s*)?"""
    rb"""<v>([0-9]{16,}(?:\.0*)?|[0-9](?:\.[0-9]+)?[Ee]\+?[1-9][0-9])</v>"""
)
COUNTS_FROM_1904 = re.compile(rb"""\bdate1904\s*=\s*["'](?:1|true)["']""")
# a moment so near to midnight that the reader rounds it to the next day, in whole days and the part of one
LAST_MOMENT = re.compile(rb"(<v>[1-9][0-9]{4}\.9999999)[0-9]*(?=</v>)")
HEADINGS_WITHIN = 31  # rows of a sheet
SPECIAL = '["\r\n,;|\t]|^[ ]|[ ]$'


@dataclass(frozen=True)
class Contents:
    """What must be known of a workbook before it is read: the reader does not say it, or takes longer."""

    has_errors: bool = False  # a cell may hold an error of Excel
    has_last_moments: bool = False  # a cell may hold the last moment of a day
    counts_from_1904: bool = False  # its days are numbered as on old Macintoshes

    def __or__(self, other: "Contents") -> "Contents":
        return Contents(
            self.has_errors or other.has_errors,
            self.has_last_moments or other.has_last_moments,
            self.counts_from_1904 or other.counts_from_1904,
        )


def check_container(data: bytes) -> Contents:
    """Refuse what is no plain workbook: bombs, archives in it, odd names, what breaks off.

    Raises RejectedFileError.

    Sizes that the container states can lie, so every part is unpacked and kept nowhere.
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
        return reduce(or_, pool.map(partial(_check_entry, data), entries))


def _check_entry(data: bytes, entry: zipfile.ZipInfo) -> Contents:
    """Refuse a part for its name, its size or what is in it. Raises RejectedFileError."""
    check_name(entry.filename)
    ratio = limits.limit("workbook", "ratio")
    if entry.file_size > ratio * max(entry.compress_size, 1):
        raise RejectedFileError(f"a part of it unpacks to more than {ratio} times its size")
    part = unpack(data, entry)
    if len(part) != entry.file_size:
        raise RejectedFileError("a part of it is not of the size that it states")
    return _check_part(part)  # of every part: a sheet can go by any name


def _check_part(part: bytes) -> Contents:
    """Refuse what no part of a workbook holds. Raises RejectedFileError."""
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
    return Contents(
        has_errors=b"#" in part and bool(pc.match_substring_regex(whole, ERROR)[0].as_py()),
        has_last_moments=b".9999999" in part,
        counts_from_1904=b"date1904" in part and COUNTS_FROM_1904.search(part) is not None,
    )


def opened_book(data: bytes, contents: Contents) -> fastexcel.ExcelReader:
    """The workbook, with the last moment of a day brought down to one that is not rounded to the next.

    Raises fastexcel.FastExcelError.
    """
    if not contents.has_last_moments:
        return fastexcel.read_excel(data)
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as sent, zipfile.ZipFile(packed, "w") as plain:
        for entry in sent.infolist():
            plain.writestr(entry.filename, LAST_MOMENT.sub(rb"\1", unpack(data, entry)))
    return fastexcel.read_excel(packed.getvalue())


@lru_cache(maxsize=1)  # one file is asked for its sheets several times in a row
def sheets_of(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """Each sheet that has cells: its title, and its rows as separated text.

    Raises RejectedFileError.
    """
    contents = check_container(data)
    for part in _parts_of_sheets(data):
        if b"<f" in part and NO_RESULT.search(part):
            raise RejectedFileError(
                "it has formulas whose results are not saved with it; open it in Excel, save it and send that"
            )
    try:
        book = opened_book(data, contents)
        sheets = [
            (title, _text_of(data, book, place, contents)) for place, title in enumerate(book.sheet_names)
        ]
        return tuple((title, text) for title, text in sheets if text)
    except fastexcel.FastExcelError:  # its text can quote the file
        raise RejectedFileError(UNREADABLE) from None
    except BaseException as error:
        if not is_panic(error):
            raise
        raise RejectedFileError(UNREADABLE) from None


def is_panic(error: BaseException) -> bool:
    """Whether the reader failed badly: it is compiled, and what it raises then is no Exception."""
    return type(error).__name__ == "PanicException"


def _parts_of_sheets(data: bytes) -> Iterator[bytes]:
    for entry in zipfile.ZipFile(BytesIO(data)).infolist():
        if entry.filename.endswith(".xml"):
            yield unpack(data, entry)


def _text_of(data: bytes, book: fastexcel.ExcelReader, place: int, contents: Contents) -> bytes:
    try:
        sheet = book.load_sheet(place, header_row=None, skip_rows=0, schema_sample_rows=1, dtypes="string")
    except fastexcel.FastExcelError as error:
        if "not a valid worksheet" in str(error):  # of a chart, which has no cells
            return b""
        raise
    if not sheet.width or not sheet.height:
        return b""
    batch, errors = sheet.to_arrow_with_errors() if contents.has_errors else (sheet.to_arrow(), None)
    columns = [_without_lost_digits(_as_csv_has_them(column), data) for column in batch.columns]
    if contents.counts_from_1904:
        columns = [from_1904(column) if _is_of_dates(column) else column for column in columns]
    shown: dict[int, dict[int, str]] = {}
    for wrong in errors.errors if errors else ():
        row, at = wrong.position
        found = re.search(r"Error\((\w+)\)", wrong.detail)
        shown.setdefault(at, {})[row] = SHOWN.get(found[1], "#ERROR!") if found else "#ERROR!"
    for at, by_row in shown.items():
        is_error = np.zeros(batch.num_rows, bool)
        is_error[sorted(by_row)] = True
        said = pa.array([by_row[row] for row in sorted(by_row)], pa.string())
        columns[at] = pc.replace_with_mask(columns[at], pa.array(is_error), said)
    while columns and not pc.any(pc.not_equal(columns[-1], "")).as_py():
        columns.pop()
    if not columns:
        return b""
    lines = pc.binary_join_element_wise(*(_quoted(column) for column in columns), ",")
    is_filled = pc.match_substring_regex(lines, "[^,]")
    last = pc.max(pc.indices_nonzero(is_filled)).as_py()
    return "\r\n".join([*lines.slice(0, last + 1).to_pylist(), ""]).encode()


def _is_of_dates(column: pa.Array) -> bool:
    """Whether a heading of a column of dates stands near its top."""
    return any(cell.strip().casefold() in _names_of_dates() for cell in column[:HEADINGS_WITHIN].to_pylist())


@cache
def _names_of_dates() -> frozenset[str]:
    fields = (field for fmt in submitted_formats().values() for field in fmt.fields if field.type == "date")
    return frozenset(name.casefold() for field in fields for name in (field.name, *field.aliases))


def _as_csv_has_them(column: pa.Array) -> pa.Array:
    """Cells as text: a day without the midnight that Excel gives it, a time of day without a day."""
    text = pc.fill_null(pc.cast(column, pa.string()), "")
    return pc.replace_substring_regex(pc.replace_substring_regex(text, MIDNIGHT, r"\1"), TIME_OF_DAY, "")


def _without_lost_digits(column: pa.Array, data: bytes) -> pa.Array:
    """Cells of a column, long numbers as Excel shows them: it holds 15 digits, and noughts for the rest.

    Text of as many digits stands as it is.
    """
    if (pc.max(pc.binary_length(column)).as_py() or 0) < LOSES_DIGITS:
        return column
    is_long = pc.match_substring_regex(column, f"^[0-9]{{{LOSES_DIGITS},}}$")
    if not pc.any(is_long).as_py():
        return column
    numbers = {float(said) for part in _parts_of_sheets(data) for said in LONG_NUMBER.findall(part)}
    said = column.filter(is_long).to_pylist()
    shown = [f"{float(cell):.5E}" if float(cell) in numbers else cell for cell in said]
    return pc.replace_with_mask(column, is_long, pa.array(shown, pa.string()))


def _quoted(column: pa.Array) -> pa.Array:
    inner = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(column, SPECIAL), inner, column)
