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
from functools import lru_cache, partial
from io import BytesIO

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts import limits
from ingest.contracts.findings import RejectedFileError
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
SPECIAL = '["\r\n,;|\t]|^[ ]|[ ]$'


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


@lru_cache(maxsize=1)  # one file is asked for its sheets several times in a row
def sheets_of(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """Each sheet that has cells: its title, and its rows as separated text.

    Raises RejectedFileError.
    """
    has_errors = check_container(data)
    for part in _parts_of_sheets(data):
        if b"<f" in part and NO_RESULT.search(part):
            raise RejectedFileError(
                "it has formulas whose results are not saved with it; open it in Excel, save it and send that"
            )
    try:
        book = fastexcel.read_excel(data)
        sheets = [(title, _text_of(book, place, has_errors)) for place, title in enumerate(book.sheet_names)]
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


def _text_of(book: fastexcel.ExcelReader, place: int, has_errors: bool) -> bytes:
    try:
        sheet = book.load_sheet(place, header_row=None, skip_rows=0, schema_sample_rows=1, dtypes="string")
    except fastexcel.FastExcelError as error:
        if "not a valid worksheet" in str(error):  # of a chart, which has no cells
            return b""
        raise
    if not sheet.width or not sheet.height:
        return b""
    batch, errors = sheet.to_arrow_with_errors() if has_errors else (sheet.to_arrow(), None)
    columns = [_as_csv_has_them(column) for column in batch.columns]
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


def _as_csv_has_them(column: pa.Array) -> pa.Array:
    """Cells as text: a day without the midnight that Excel gives it, a time of day without a day."""
    text = pc.fill_null(pc.cast(column, pa.string()), "")
    return pc.replace_substring_regex(pc.replace_substring_regex(text, MIDNIGHT, r"\1"), TIME_OF_DAY, "")


def _quoted(column: pa.Array) -> pa.Array:
    inner = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(column, SPECIAL), inner, column)
