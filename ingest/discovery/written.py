"""How a file of separated cells is written: its encoding, its separator, and where its header row stands.

Decided by the column names that a return declares, so that nothing is guessed. What no declared name settles
is read as plain CSV, and refused as such.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.contracts.findings import Finding, RejectedFileError
from ingest.contracts.return_schema import HeaderMatch
from ingest.contracts.tolerances import noted

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
HEAD_BYTES = 1 << 16  # in which a header row is looked for
MOST_LINES_ABOVE = 30
UTF_8_MARK = b"\xef\xbb\xbf"
MARKS = re.compile(b"(\xef\xbb\xbf|\xc3\xaf\xc2\xbb\xc2\xbf)+")  # the second as one read in Windows-1252
UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# other single-byte encodings that give letters of names where Windows-1252 gives signs that no name has
NOT_OF_CP1252 = re.compile(
    "[\u0192\u2020\u2021\u2030\u02c6\u2039\u203a\u02dc\u0152\u0153\u0178\u00a4\u00a8\u00ac]"
)

# a sign of several bytes of UTF-8, save what a capital before a quotation mark or dash is in Windows-1252
SIGN = re.compile(
    rb"\xc3[\x80-\xbf]|[\xc2\xc4-\xdf][\x80-\x84\x86-\x90\x98-\x9f\xa1-\xbf]"
    rb"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xe0[\xa0-\xbf][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf]{3}"
)
SIGN_OF_NAMES = re.compile(
    rb"\xc3[\x80-\xbf]|\xc2[\xa0-\xbf]|[\xc4-\xc8][\x80-\xbf]|\xe2(\x80|\x82)[\x80-\xbf]"
)
NOT_OF_ASCII = re.compile(rb"[\x80-\xff]")
CLEARLY = 2  # times as many signs of UTF-8 as others: it is UTF-8 and damaged
HARDLY = 10  # times as many others: a sign of UTF-8 came with a text in Windows-1252

Match = Callable[[Sequence[str]], HeaderMatch]


@dataclass(frozen=True)
class Layout:
    """How one file is written. `records` and `lines` count what is above its first row, header included."""

    headers: tuple[str, ...]
    separator: str
    records: int
    lines: int
    match: HeaderMatch | None
    notes: tuple[Finding, ...] = ()


def as_utf_8(data: bytes) -> tuple[bytes, list[Finding]]:
    """The file in UTF-8 without a mark, and what is noted.

    Raises RejectedFileError where its encoding is not sure.
    """
    marked = MARKS.match(data)
    if marked:
        data = data[marked.end() :]
    encoding = UTF_16_MARKS.get(data[:2]) or _unmarked_utf_16(data)
    if encoding:
        return _from_utf_16(data, encoding)
    if data.isascii() or _is_utf_8(data):
        is_plain = marked is None or marked[0] == UTF_8_MARK
        return data, [] if is_plain else [noted("encoding_noted", said="UTF-8 with more than one mark")]
    if (marked and marked[0].startswith(UTF_8_MARK)) or _is_damaged_utf_8(data):
        return data.decode("utf-8", errors="replace").encode(), []
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise RejectedFileError("it is in no encoding that is read; save it as 'CSV UTF-8'") from None
    if NOT_OF_CP1252.search(text) or "\x00" in text:
        raise RejectedFileError("it is neither UTF-8 nor clearly Windows-1252; save it as 'CSV UTF-8'")
    return text.encode(), [noted("encoding_noted", said="Windows-1252")]


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged_utf_8(data: bytes) -> bool:
    """Whether a file is in UTF-8 but for a few bytes: in Windows-1252 each sign of it would be two others.

    Raises RejectedFileError where it may be either.
    """
    rest, signs = SIGN.subn(b"", data)
    others = len(NOT_OF_ASCII.findall(rest))
    if HARDLY * signs <= others:
        return False
    if signs >= CLEARLY * others and len(SIGN_OF_NAMES.findall(data)) >= signs:
        return True
    raise RejectedFileError(
        "some of its letters are in UTF-8 and others are not, as where two exports are put into one file; "
        "save it as 'CSV UTF-8'"
    )


def _unmarked_utf_16(data: bytes) -> str | None:
    """UTF-16 without a mark, where the first lines are of letters: every other byte is nothing."""
    head = data[:200]
    if len(head) < 4 or b"\x00" not in head:
        return None
    even, odd = head[::2], head[1::2]
    if not any(even) and all(odd):
        return "utf-16-be"
    return "utf-16-le" if not any(odd) and all(even) else None


def _from_utf_16(data: bytes, encoding: str) -> tuple[bytes, list[Finding]]:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise RejectedFileError(
            "it is UTF-16 and breaks off, or is damaged, in the middle of a character; "
            "send it again and check that all of it was copied"
        ) from None
    return text.lstrip("\ufeff").encode(), [noted("encoding_noted", said="UTF-16")]


def layout(data: bytes, match: Match | None) -> Layout:
    """Where the header row of a file in UTF-8 stands, and its separator.

    `match` says which columns are known of a row of headers. A plain file's first row is its header; another
    is looked at line by line for the first row that has all that the return must have.
    Raises RejectedFileError.
    """
    best, fault = None, RejectedFileError("there is no header row; send the column names in the first row")
    try:
        best = _first_record(data)
    except RejectedFileError as broken:  # quotation marks of another separator, perhaps
        fault = broken
    if best and match:
        best = replace(best, match=match(best.headers))
    if best and (best.match is None or best.match.problem is None):
        return best
    for candidate in candidates(data) if match else ():
        found = match(candidate.headers) if match else None
        if _worth(found) > _worth(best.match if best else None):
            best = replace(candidate, match=found, notes=_notes(candidate))
    if best is None:
        raise fault
    return best


def _worth(match: HeaderMatch | None) -> tuple[bool, int]:
    return (match is not None and match.problem is None, len(match.columns) if match else 0)


def candidates(data: bytes) -> Iterator[Layout]:
    """Every row near the top, read with every separator, as it would be if it were the header row."""
    head = data[:HEAD_BYTES]
    if len(data) > HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1] or head
    text = head.decode("utf-8", errors="ignore")
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        try:
            for number, cells in enumerate(reader, start=1):
                if number > MOST_LINES_ABOVE + 1:
                    break
                if len(cells) > 1 or separator == ",":
                    yield Layout(_headers(cells), separator, number, reader.line_num, None)
        except csv.Error:
            continue  # a quotation mark that is none with this separator


def _headers(cells: Sequence[str]) -> tuple[str, ...]:
    """The cells of a row of headers, without quotation marks that stand behind a space."""
    return tuple(re.sub(r'^ +"([^"]*)" *$', r"\1", cell) for cell in cells)


def _notes(header: Layout) -> tuple[Finding, ...]:
    notes = []
    if header.separator != ",":
        notes.append(noted("separator_noted", said=SEPARATORS[header.separator]))
    if header.records > 1:
        notes.append(noted("lines_above_header_noted", header.records - 1))
    return tuple(notes)


def _first_record(data: bytes) -> Layout:
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            if cells:
                return Layout(_headers(cells), ",", number, reader.line_num, None)
    except csv.Error:
        raise RejectedFileError("its header row has a quotation mark that never closes") from None
    raise RejectedFileError("there is no header row; send the column names in the first row")
