"""Open a received file as text cells with row numbers, or say in plain words why it cannot be opened."""

import csv
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from ingest import posix
from ingest.contracts import limits
from ingest.contracts.dates import BRITISH, ISO
from ingest.contracts.findings import Finding, RejectedFileError
from ingest.contracts.return_schema import HeaderMatch
from ingest.contracts.tolerances import noted
from ingest.discovery.beside import form_of
from ingest.discovery.lines_beside import may_say_again, without_lines_beside
from ingest.discovery.written import SEPARATORS, Layout, Match, as_utf_8, layout

PLACE_HEADERS = ("row_number", "origin")
NO_BREAK_SPACE = "\u00a0".encode()
DAMAGED_SIGN = "\ufffd".encode()
SEVERAL = 10  # rows of one length show that it is no accident
NOTHING_WRITTEN = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"
A_WORKBOOK = ("it is a workbook or a zip", "give it the ending .xlsx or .zip, or save it as 'CSV UTF-8'")
FIRST_BYTES = 1000  # which nearly always show that a file is not empty: all of it need not be copied
END_OF_FILE = b"\x1a"  # what old programs write at the end (Ctrl-Z)
FEWEST_HIDDEN = 3  # columns of a file of which a line in a cell can be told to be a row
A_DAY = re.compile(rf"\s*({ISO}|{BRITISH})").match
HAS_DIGIT = re.compile("[0-9]").search
MOST_EXACT = 2.0**53  # beyond it a float is not the number that was typed


class StillWrittenError(RejectedFileError):
    """Somebody is still writing the file: it is to be looked at again."""


@dataclass(frozen=True)
class RawTable:
    """One received table: headers as received, cells as text (one per header), rows as a spreadsheet's."""

    headers: tuple[str, ...]
    cells: pa.Table  # columns "0", "1", ...
    row_numbers: pa.Array
    findings: tuple[Finding, ...] = ()
    places: pa.Table | None = None  # origin and row_number of each row opened from another format
    separator: str = ","
    beyond: Mapping[int, tuple[str, ...]] = field(
        default_factory=dict
    )  # by row number: cells without a heading

    def split_places(self) -> "RawTable":
        """A return opened from another format, told apart from the columns that say where its rows stood."""
        at = {header: i for i, header in enumerate(self.headers)}
        kept = [i for header, i in at.items() if header not in PLACE_HEADERS]
        cells = self.cells.select([str(i) for i in kept]).rename_columns([str(i) for i in range(len(kept))])
        places = pa.table({header: self.cells.column(str(at[header])) for header in PLACE_HEADERS})
        headers = tuple(self.headers[i] for i in kept)
        return replace(self, headers=headers, cells=cells, places=places)


def read_bytes(path: Path) -> tuple[bytes, str]:
    """The file's bytes and their SHA-256. Raises RejectedFileError."""
    with opened(path, limits.most_bytes()) as file:
        data = file.read()
    return data, hashlib.sha256(data).hexdigest()


@contextmanager
def opened(path: Path, most: int) -> Iterator[io.BufferedReader]:
    """The file to read, of so many bytes at most. Raises RejectedFileError, when it is closed too.

    Only a plain file of one name is opened: never a link, a pipe or a device, nor what is still written.
    """
    try:
        handle = posix.open_plain(path)
    except OSError as error:
        raise RejectedFileError(f"it could not be opened ({os.strerror(error.errno or 0)})") from None
    try:
        about = os.fstat(handle)
        if not posix.is_plain(about):
            raise RejectedFileError("it is not a plain file")
        if about.st_nlink > 1:
            raise RejectedFileError("it has another name elsewhere (a hard link); send a copy")
        if posix.is_written_now(handle):
            raise StillWrittenError("it is still being written; it is read again when that has ended")
        if about.st_size > most:
            raise RejectedFileError(f"it is larger than {most:,} bytes, the most that is taken")
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
        after = os.fstat(handle)
        if (after.st_size, after.st_mtime_ns) != (about.st_size, about.st_mtime_ns):
            raise StillWrittenError("it changed while it was read; it is read again when it stands still")
    finally:
        os.close(handle)


def read_table(data: bytes, suffix: str, match: Match | None = None) -> RawTable:
    """Read a Parquet file, or one of separated cells, into text cells. Raises RejectedFileError.

    `match` says which columns are known of a row of headers: by it, what is not plain CSV is read.
    """
    return read_parquet(data) if suffix.lower() == ".parquet" else read_csv(data, match)


def read_csv(data: bytes, match: Match | None = None) -> RawTable:
    """Read a file of separated cells. Short rows are filled, long ones cut and reported.

    Well-formed files go through Arrow in one pass; only a ragged one is read again row by row.
    """
    if known := (A_WORKBOOK if data.startswith(b"PK\x03\x04") else form_of(data)):
        raise RejectedFileError(f"{known[0]}, whatever its name ends in; {known[1]}")
    rows = limits.check_text(data)
    if not data[:FIRST_BYTES].strip(NOTHING_WRITTEN) and not data.strip(NOTHING_WRITTEN):
        raise RejectedFileError("it is empty; a return with nothing to report still has its header row")
    data, notes = as_utf_8(data)
    if END_OF_FILE in data[-64:] and data[-64:].rstrip().endswith(END_OF_FILE):
        data = data.rstrip(b"\r\n \t" + END_OF_FILE) + b"\n"
        notes.append(noted("end_sign_noted"))
    if b"\x00" in data:
        raise RejectedFileError("it holds NUL characters, as damaged files do; export it again")
    if not data.isascii():
        if spaces := data.count(NO_BREAK_SPACE):
            data = data.replace(NO_BREAK_SPACE, b" ")
            notes.append(noted("no_break_spaces_noted", spaces))
        if damaged := data.count(DAMAGED_SIGN):
            notes.append(_damaged_signs(damaged, data.count(b"\n", 0, data.find(DAMAGED_SIGN)) + 1))
    head = layout(data, match)
    limits.check("csv", cells=rows * len(head.headers))
    _check_is_whole(data, head)
    table, short, said = _read_below(data, head, rows)
    notes += [*head.notes, *said]
    if head.match is not None and head.match.problem is None:
        if not table.cells.num_rows:
            _refuse_rows_among_headings(head, head.match)
        if b'"' in data and rows > head.lines + table.cells.num_rows:
            _refuse_hidden_rows(table, head, head.match)
        may_be_again = may_say_again(data, head.headers, head.match)
        kept = without_lines_beside(
            table.cells, head.headers, head.match, short, table.row_numbers, may_be_again
        )
        table = replace(table, cells=kept.cells, findings=(*table.findings, *kept.findings))
        if kept.is_row is not None:
            rows, numbers = table.cells.filter(kept.is_row), table.row_numbers.filter(kept.is_row)
            table = replace(table, cells=rows, row_numbers=numbers)
    return replace(table, findings=(*notes, *table.findings), separator=head.separator)


def _damaged_signs(count: int, line: int) -> Finding:
    """What is said of signs whose bytes are lost. A cell with one is unread where it matters what it says."""
    return Finding(
        "signs_damaged",
        f"{count} {'sign of it is' if count == 1 else 'signs of it are'} damaged, the first in its line "
        f"{line}; an id, a code or a date with such a sign was not read",
        "correct what stands there, or export it again as 'CSV UTF-8'",
    )


Short = dict[int, int]  # place of a row with fewer cells than there are headers -> its cells


def _read_below(data: bytes, head: Layout, ends: int) -> tuple[RawTable, Short, list[Finding]]:
    """The rows below the header, those that are short, and what is noted of how they are written.

    The file has so many `ends` of lines: no more than rows where no cell goes over several.
    """
    if b'"' in data and f'{head.separator} "'.encode() in data:
        limits.check("csv", cells=limits.occurrences(data, head.separator))
        plain = _read_plain(data, head)
        if plain is None or _begin_with_spaced_quotes(plain):
            try:
                table, short = _read_ragged(data.decode("utf-8"), head, are_spaced=True)
            except RejectedFileError:
                if plain is None:  # else they are signs in cells without quotation marks
                    raise
            else:
                return table, short, [noted("spaced_quotes_noted")]
    has_quotes = b'"' in data
    quotes_pair = not has_quotes or limits.occurrences(data, '"') % 2 == 0
    if quotes_pair:
        cells = _read_plain(data, head)
        if cells is not None and not _has_blank_line(data, head.lines + cells.num_rows, ends):
            lines = head.lines + cells.num_rows
            if not has_quotes or ends <= lines or _quotes_close(data, head.separator):
                return RawTable(head.headers, cells, _numbers_from(head.records + 1, cells.num_rows)), {}, []
    separators = limits.occurrences(data, head.separator)
    limits.check("csv", cells=separators)  # of rows longer than the headers too
    return *_read_ragged(data.decode("utf-8"), head), []


def _quotes_close(data: bytes, separator: str) -> bool:
    """Whether quotation marks stand at the ends of cells only, so that Arrow reads them as csv would.

    Arrow takes text behind a closing mark for more of the cell: two stray marks hide all rows between them.
    """
    held = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(held == ord('"'))
    may_stand_beside = np.zeros(256, np.bool_)
    may_stand_beside[list(f'"\r\n{separator}'.encode())] = True
    opening, closing = marks[::2], marks[1::2]
    before, behind = opening[opening > 0] - 1, closing[closing + 1 < len(held)] + 1
    return bool(may_stand_beside[held[before]].all() and may_stand_beside[held[behind]].all())


def _refuse_hidden_rows(table: RawTable, head: Layout, match: HeaderMatch) -> None:
    """A cell over several lines, one of which is a whole row: its quotation marks are signs of a text.

    Raises RejectedFileError.
    """
    must = sorted(match.columns[name] for name in match.must_fill)
    sign, width = head.separator, len(head.headers)
    if width < FEWEST_HIDDEN:
        return
    for at, column in enumerate(table.cells.columns):
        for place in pc.indices_nonzero(pc.match_substring_regex(column, "[\r\n]")).to_pylist():
            first, *more = column[place].as_py().splitlines()
            *between, last = more or [""]
            ends_as_row = first.count(sign) == width - 1 - at and _is_filled_as_a_row(last, sign, at, must)
            if ends_as_row or any(_is_filled_as_a_row(line, sign, width - 1, must) for line in between):
                raise RejectedFileError(
                    f"a cell in quotation marks of its row {table.row_numbers[place].as_py()} holds whole "
                    "rows, as where a quotation mark within a text is not doubled; export it again with "
                    "marks within a text doubled"
                )


def _refuse_rows_among_headings(head: Layout, match: HeaderMatch) -> None:
    """A file of one line, with days among its headings, is no return of nothing: its line ends are lost.

    Raises RejectedFileError.
    """
    if any(A_DAY(head.headers[at]) for at in match.unknown):
        raise RejectedFileError(
            "its rows stand in one line with its header row, as where line ends are lost; export it again"
        )


def _is_filled_as_a_row(line: str, sign: str, separators: int, must: Sequence[int]) -> bool:
    """Whether a line has so many separators, and what a row must have without a space before it."""
    cells = line.split(sign)
    filled = [cells[at] for at in must if at < len(cells)]
    is_filled = bool(filled) and all(cell and not cell[0].isspace() for cell in filled)
    return len(cells) == separators + 1 and is_filled and any(map(HAS_DIGIT, filled))


def _begin_with_spaced_quotes(cells: pa.Table) -> bool:
    found = (pc.any(pc.match_substring_regex(column, '^ +"')).as_py() for column in cells.columns)
    return any(found)


def _check_is_whole(data: bytes, head: Layout) -> None:
    """A last row that is short, and that no line end closes, is where a copy broke off."""
    last = data[max(data.rfind(b"\n"), data.rfind(b"\r")) + 1 :]
    if last.strip() and b'"' not in last and last.count(head.separator.encode()) + 1 < len(head.headers):
        raise RejectedFileError(
            "it breaks off in its last row; send it again and check that all of it was copied"
        )


def _has_blank_line(data: bytes, lines: int, ends: int) -> bool:
    """Whether there is a line beside those read. Looking for one takes longer than counting them does.

    The file has so many `ends` of lines, of any kind.
    """
    found = (limits.occurrences(data, "\n") if b"\r" in data else ends) + (data[-1:] != b"\n")
    begins_blank = data[:1] in (b"\n", b"\r")
    return begins_blank or (found != lines and (b"\n\n" in data or b"\n\r\n" in data))


def _read_plain(data: bytes, head: Layout) -> pa.Table | None:
    names = [str(i) for i in range(len(head.headers))]
    ragged = False

    def note(_: pa_csv.InvalidRow) -> str:
        nonlocal ragged
        ragged = True
        return "skip"

    try:
        cells = pa_csv.read_csv(
            io.BytesIO(data),
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=head.lines, block_size=8 << 20),
            parse_options=pa_csv.ParseOptions(
                delimiter=head.separator, newlines_in_values=b'"' in data, invalid_row_handler=note
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=False,
                check_utf8=False,  # decoded already
            ),
        )
    except pa.ArrowInvalid as error:  # its text quotes the row: never passed on
        if "Empty CSV" in str(error):
            return pa.table({name: pa.array([], pa.string()) for name in names})
        return None
    return None if ragged else cells


def _read_ragged(text: str, head: Layout, are_spaced: bool = False) -> tuple[RawTable, Short]:
    """Rows of any length. Where quotation marks `are_spaced`, those behind a space open a cell too."""
    width = len(head.headers)
    rows: list[list[str]] = []
    numbers: list[int] = []
    short: Short = {}
    beyond: dict[int, tuple[str, ...]] = {}
    widths: Counter[int] = Counter()
    separated_otherwise: Counter[str] = Counter()
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=head.separator,
        strict=True,
        skipinitialspace=are_spaced and head.separator != "\t",
    )
    try:
        for number, row in enumerate(reader, start=1):
            if not row or number <= head.records:
                continue
            widths[len(row)] += 1
            if len(row) > width:
                beyond[number] = tuple(row[width:])
            if len(row) < width:
                short[len(rows)] = len(row)
                line = "".join(row)
                separated_otherwise.update(
                    sign for sign in SEPARATORS if sign != head.separator and line.count(sign) == width - 1
                )
            rows.append(row[:width] + [""] * (width - len(row)))
            numbers.append(number)
    except csv.Error:
        raise RejectedFileError(
            "a quotation mark does not close as it should, "
            f"in the record that begins near line {reader.line_num}"
        ) from None
    for sign, count in separated_otherwise.most_common(1):
        if 2 * count > len(rows):
            raise RejectedFileError(
                f"its header row is separated by {SEPARATORS[head.separator]} and its rows by "
                f"{SEPARATORS[sign]}; export it again with one separator"
            )
    usual, count = widths.most_common(1)[0] if widths else (width, 0)
    beyond, findings = _beyond_headings(beyond, usual - width if count >= SEVERAL else 0)
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in head.headers]
    cells = pa.table({str(i): pa.array(column, pa.string()) for i, column in enumerate(columns)})
    table = RawTable(head.headers, cells, pa.array(numbers, pa.int64()), tuple(findings), beyond=beyond)
    return table, short


def _beyond_headings(
    beyond: dict[int, tuple[str, ...]], usual: int
) -> tuple[dict[int, tuple[str, ...]], list[Finding]]:
    """The cells without a heading that may belong under one, and what is said of all.

    Nothing is in them where the file ends its rows in `usual` empty cells, or where what is behind these is
    empty. Raises RejectedFileError where more rows are to be looked at than are told one by one.
    """
    filled = {
        number: max((at for at, cell in enumerate(cells, start=1) if cell.strip()), default=0)
        for number, cells in beyond.items()
    }
    limits.check("landing", findings=sum(map(bool, filled.values())))
    looked_at = {n: max(filled[n], int(len(cells) > usual)) for n, cells in beyond.items()}
    kept = {n: cells[: looked_at[n]] for n, cells in beyond.items() if looked_at[n]}
    findings = [
        Finding(
            "cells_beyond_header",
            f"{len(cells)} {'cell stands' if len(cells) == 1 else 'cells stand'} to the right of the last "
            "header and not read",
            "look for a comma inside a value without quotation marks, or a missing header",
            row_number=number,
            value=",".join(cells),
        )
        for number, cells in beyond.items()
        if filled[number]
    ]
    if blank := len(beyond) - len(findings):
        findings.append(noted("trailing_cells_noted", blank))
    return kept, findings


def read_parquet(data: bytes) -> RawTable:
    """Read a Parquet file as text cells, as if it had been written as CSV."""
    try:
        text = _check_parquet(data)
        table = pq.read_table(io.BytesIO(data), read_dictionary=text)
        limits.check("parquet", unpacked_bytes=sum(_unfolded(column) for column in table.columns))
        cells = pa.table({str(i): _as_text(table.column(i)) for i in range(table.num_columns)})
    except (pa.ArrowException, OSError):
        raise RejectedFileError("it is not a readable Parquet file") from None
    return RawTable(tuple(table.column_names), cells, _numbers_from(2, cells.num_rows))


def check_parquet(about: pq.FileMetaData, size: int) -> None:
    """Refuse a file that says it holds more than is taken. Raises RejectedFileError."""
    limits.check("parquet", bytes=size, rows=about.num_rows, columns=about.num_columns)
    unpacked = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    limits.check("parquet", cells=about.num_rows * about.num_columns, unpacked_bytes=unpacked)


def _check_parquet(data: bytes) -> list[str]:
    """What the file says of itself is looked at before a page of it is read; returns the columns of text.

    Text is read as dictionaries: one long word that stands in every row is unfolded to gigabytes otherwise.
    """
    about = pq.read_metadata(io.BytesIO(data))
    check_parquet(about, len(data))
    groups = [about.row_group(i) for i in range(about.num_row_groups)]
    columns = [about.schema.column(i) for i in range(about.num_columns)]
    if any(column.max_repetition_level for column in columns):
        raise RejectedFileError("it has columns of lists; send one value a cell")
    wide = sum(max(column.length, 0) for column in columns) * about.num_rows
    limits.check("parquet", unpacked_bytes=wide)
    text = [i for i, column in enumerate(columns) if column.physical_type == "BYTE_ARRAY"]
    if any("DELTA_BYTE_ARRAY" in group.column(i).encodings for group in groups for i in text):
        raise RejectedFileError(
            "its text is written as differences (DELTA_BYTE_ARRAY); write it plain, or as CSV"
        )
    return [columns[i].path for i in text]


def _unfolded(column: pa.ChunkedArray) -> int:
    """The bytes that a column of text takes when each row holds its own."""
    if not pa.types.is_dictionary(column.type):
        return int(column.nbytes)
    return sum(
        pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() or 0 for chunk in column.chunks
    )


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cells as a CSV would have them: a whole number without a point, and nothing for what is no number."""
    text = pc.cast(column, pa.string())
    if pa.types.is_floating(column.type):
        text = pc.if_else(pc.is_nan(column), pa.scalar(None, pa.string()), floats_as_text(column))
    elif pa.types.is_decimal(column.type):
        text = pc.replace_substring_regex(text, r"\.0+$", "")
    return pc.fill_null(text, "")


def floats_as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Numbers as a person reads them: whole ones without a point."""
    whole = pc.cast(pc.cast(column, pa.int64(), safe=False), pa.string())
    is_whole = pc.and_(pc.equal(pc.floor(column), column), pc.less(pc.abs(column), MOST_EXACT))
    return pc.if_else(is_whole, whole, pc.cast(column, pa.string()))


def _numbers_from(first: int, count: int) -> pa.Array:
    return pa.array(np.arange(first, first + count, dtype=np.int64))
