"""Which file is which return: name and header row decide together, and where they disagree the header.

Only files that the ledger does not know as they now are get opened, and of those the first bytes. Two files
that claim one return of one authority-month are both kept aside, unless their rows are equal.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path, PurePosixPath

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest import posix
from ingest.contracts import code_lists
from ingest.contracts.cell_types import as_said, read_columns
from ingest.contracts.dates import last_day_of
from ingest.contracts.findings import Finding, RejectedFileError, rejected_file
from ingest.contracts.return_schema import ReturnFormat, submitted_formats
from ingest.contracts.ssda903_tables import table_of
from ingest.contracts.tolerances import noted
from ingest.discovery.archives import files_of, received
from ingest.discovery.file_reader import read_bytes, read_table
from ingest.discovery.formats import OLD_EXCEL, OTHER_SEPARATOR, as_text, other_separator
from ingest.discovery.long_rows import with_sure_places
from ingest.discovery.names import SENT_AS, TABLE_SUFFIXES, claimed
from ingest.discovery.numbers import with_sure_numbers
from ingest.discovery.raw_folder import (
    SHEET,
    Beside,
    RawFile,
    RawFolder,
    UnexpectedPath,
    UnmappedFile,
    sheet_name,
)
from ingest.discovery.said_in_names import against_folder
from ingest.discovery.workbooks import SUFFIXES as WORKBOOKS
from ingest.discovery.workbooks import sheets_of
from ingest.discovery.written import HEAD_BYTES, UTF_8_MARK, as_utf_8, candidates, layout
from ingest.file_errors import of_this_file
from ingest.ledger import FileFingerprint

PLAIN_HEAD = 4096  # holds the header row of nearly every file

VERSION = re.compile(r"\.v(\d{1,3})(?=\.[A-Za-z0-9]+$)")  # as `receive` names what was sent again
Other = tuple[str, str, UnmappedFile]
Place = tuple[str, str, str]  # reporting month, authority, return


def sort_files(found: RawFolder, read_before: Mapping[str, tuple[str, FileFingerprint]]) -> RawFolder:
    """What was found, each file under the return that it holds. `read_before` is the ledger's."""
    claims: dict[Place, list[RawFile]] = {}
    others: list[Other] = []
    beside: list[Beside] = []
    found, oddities = _unpacked(found)
    newest, older = _newest_versions(found.others)
    oddities += older
    found = _with_sheets(replace(found, others=tuple(newest)), read_before)
    looked_at: set[str] = set()
    for file in _tables(found):
        looked_at.add(file.file)
        held = _known(file, read_before) or _looked_into(file)
        if isinstance(held, RawFile):
            place = held.reporting_month, held.la_code, held.return_name
            claims.setdefault(place, []).append(held)
        elif isinstance(held, UnexpectedPath):
            oddities.append(held)
        elif is_a_note(file):
            beside.append(Beside(file.path, "a note", file.reporting_month, file.la_code))
        else:
            looks = file.size, file.mtime_ns, file.inode
            other = UnmappedFile(file.path, file.file, *looks, file.member, file.sheet)
            others.append((file.reporting_month, file.la_code, other))
    others += [other for other in found.others if other[2].file not in looked_at]
    others, older = _newest_versions(others)
    oddities += older
    files: list[RawFile] = []
    for of_one in claims.values():
        try:
            with of_this_file():
                kept, aside = _one_of(of_one) if len(of_one) > 1 else (of_one, [])
        except RejectedFileError as why:
            kept, aside = [], [_oddity(file, why) for file in of_one]
        files += kept
        oddities += aside
    files.sort(key=lambda f: (f.reporting_month, f.la_code, f.file))
    others.sort(key=lambda other: (other[0], other[1], other[2].file))
    return replace(
        found,
        files=tuple(files),
        others=tuple(others),
        oddities=(*found.oddities, *oddities),
        beside=(*found.beside, *beside),
    )


def _tables(found: RawFolder) -> Iterator[RawFile]:
    """Every file that may hold the rows of a return, under the name that it claims, or "" for none."""
    yield from found.files
    for month, la_code, other in found.others:
        looks = other.size, other.mtime_ns, other.inode
        name = (other.claim if other.sheet else claimed(other.name)) or ""
        file = RawFile(
            other.path, other.file, month, la_code, name, *looks, member=other.member, sheet=other.sheet
        )
        if not other.is_below(la_code) and may_hold_rows(file):
            yield file


def may_hold_rows(file: RawFile) -> bool:
    """Whether a file may hold the rows of a return, by its name; what is named a workbook may be text."""
    if file.suffix == ".xls":
        head = _head(file, PLAIN_HEAD) or OLD_EXCEL
        return not head.startswith((OLD_EXCEL, b"PK")) and not as_text(head).lstrip().startswith("<")
    return file.suffix in (*TABLE_SUFFIXES, "")


def version_of(name: str) -> int:
    """Which version of what lies beside it a file is by its name, as cp_plans.v2.csv is; 1 of any other."""
    found = VERSION.search(name)
    return int(found[1]) if found else 1


def _newest_versions(others: Sequence[Other]) -> tuple[list[Other], list[UnexpectedPath]]:
    """Of files whose names differ in their version only, the newest."""
    newest: dict[tuple[Path, str, int], Other] = {}
    for other in sorted(others, key=lambda one: version_of(one[2].name)):
        file = other[2]
        folder = (file.path / file.member).parent if file.member else file.path.parent
        newest[folder, VERSION.sub("", file.name), file.sheet] = other
    kept = {id(other) for other in newest.values()}
    older = [other for other in others if id(other) not in kept]
    note = noted("same_rows_noted", said="a newer version of it lies beside it, and was read")
    oddities = [
        UnexpectedPath(file.file, note, month, la_code, file.own_path) for month, la_code, file in older
    ]
    return [other for other in others if id(other) in kept], oddities


def _unpacked(found: RawFolder) -> tuple[RawFolder, list[UnexpectedPath]]:
    """What was found with the files of each zip in its place; a zip that cannot be opened is an oddity."""
    others: list[tuple[str, str, UnmappedFile]] = []
    oddities: list[UnexpectedPath] = []
    for month, la_code, other in found.others:
        if other.member or other.path.suffix.lower() != ".zip":
            others.append((month, la_code, other))
            continue
        try:
            with of_this_file():
                others += [(month, la_code, file) for file in list(files_of(other))]
        except RejectedFileError as why:
            oddities.append(UnexpectedPath(other.file, rejected_file(str(why)), month, la_code, other.path))
    return replace(found, others=tuple(others)), oddities


def _with_sheets(found: RawFolder, read_before: Mapping[str, tuple[str, FileFingerprint]]) -> RawFolder:
    """What was found with the sheets of each workbook that holds returns in its place.

    A workbook is opened for it unless all of it was read as it is now: as Annex A, or sheet by sheet.
    """
    opened = {file.rpartition(":")[0] for file in read_before}
    sheets: dict[str, dict[int, tuple[str, int, FileFingerprint]]] = {}
    for file, (_, look) in read_before.items():
        if said := SHEET.search(file):
            sheets.setdefault(file[: said.start()], {})[int(said[1])] = file, int(said[2]), look
    others: list[Other] = []
    for month, la_code, other in found.others:
        parts = [other]
        if is_workbook(other) and not other.is_below(la_code):
            known = sheets.get(other.file, {})
            if known and all(
                _looks(other, look) and len(known) == count for _, count, look in known.values()
            ):
                parts = [replace(other, file=file, sheet=n) for n, (file, _, _) in sorted(known.items())]
            elif other.file not in opened or not _looks(other, read_before.get(other.file, ("", None))[1]):
                parts = sheets_with_returns(other) or [other]
        others += [(month, la_code, part) for part in parts]
    return replace(found, others=tuple(others))


def _looks(file: UnmappedFile, look: FileFingerprint | None) -> bool:
    return look is not None and (file.size, file.mtime_ns, file.inode) == (
        look.size,
        look.mtime_ns,
        look.inode,
    )


def is_workbook(file: UnmappedFile) -> bool:
    """Whether a file is named a workbook, and is no sheet of one yet."""
    return not file.sheet and PurePosixPath(file.name).suffix.lower() in WORKBOOKS


def sheets_with_returns(file: UnmappedFile) -> list[UnmappedFile]:
    """The sheets of a workbook, if one of them holds a return or a table of SSDA903.

    None of any other, as Annex A. The name of a sheet claims a return; where there is one sheet, so does that
    of the workbook.
    """
    try:
        with of_this_file():
            titled = sheets_of(received(file)[0])
    except RejectedFileError:  # what opens it as Annex A says why
        return []
    sheets = []
    holds = False
    for number, (title, text) in enumerate(titled, start=1):
        claim = claimed(title) or (claimed(file.name) if len(titled) == 1 else None) or ""
        told = sheet_name(file.file, number, len(titled))
        sheets.append(replace(file, file=told, sheet=number, claim=claim))
        rows = _rows_of(text[:HEAD_BYTES]) or []
        fits_claim = claim and any(_fits(row, claim) for row in rows)
        holds = bool(holds or fits_claim or any(table_of(row) for row in rows) or _held(rows, ""))
    return sheets if holds else []


def is_a_note(file: RawFile) -> bool:
    """Whether a file of text that is no return is words, and no table that is not known."""
    if file.suffix != ".txt":
        return False
    rows = _rows_near_the_top(file)
    widths = [len(row) for row in rows or []]
    return rows is not None and not any(a == b > 2 for a, b in pairwise(widths))


def _known(file: RawFile, read_before: Mapping[str, tuple[str, FileFingerprint]]) -> RawFile | None:
    """The file as it was read before, if it is still the same one and its return is declared as it was."""
    name, look = read_before.get(file.file, ("", None))
    fmt = submitted_formats().get(name)
    if fmt is None or look != FileFingerprint(file.size, file.mtime_ns, file.inode, fmt.digest):
        return None
    return replace(file, return_name=name)


def _looked_into(file: RawFile) -> RawFile | UnexpectedPath | None:
    try:
        with of_this_file():
            return settled(file)
    except RejectedFileError as why:
        return _oddity(file, why)


def _oddity(file: RawFile, why: RejectedFileError) -> UnexpectedPath:
    return UnexpectedPath(file.file, rejected_file(str(why)), *_place(file))


def settled(file: RawFile) -> RawFile | UnexpectedPath | None:
    """The file under the return that it holds; None where it is none, as far as can be seen."""
    if file.return_name and (row := _first_row(file)) is not None and _fits(row, file.return_name):
        return _named(file)
    rows = _rows_near_the_top(file)
    if rows is None or (file.return_name and any(_fits(row, file.return_name) for row in rows)):
        return _named(file) if file.return_name else None
    if any(table_of(row) for row in rows):
        return None
    held = _held(rows, file.return_name)
    if len(held) > 1:
        names = " and ".join(held)
        why = f"its header row is that of {names}, and its name does not tell which, so it was not read"
        move = f"name it after the one it holds, as {held[0]}.csv, or send each by itself"
        return UnexpectedPath(file.file, Finding("return_unsure", why, move), *_place(file))
    if not held and not rows and (sign := other_separator(as_text(_head(file, HEAD_BYTES) or b""))):
        finding = Finding("rejected_file", f"its cells are separated by {sign}", OTHER_SEPARATOR)
        return UnexpectedPath(file.file, finding, *_place(file))
    if not held:  # what has the name and not the columns is refused in words when it is read
        return file if file.return_name else None
    [name] = held
    says = f"its name says {file.return_name}" if file.return_name else "its name does not tell its return"
    said = f"{says}, its header row is that of {name}, and it was read so"
    return _noted(replace(file, return_name=name), said)


def _place(file: RawFile) -> tuple[str, str, Path]:
    return file.reporting_month, file.la_code, file.own_path


def _named(file: RawFile) -> RawFile:
    """The file, with a note where its name is not just that of its return."""
    if PurePosixPath(file.name).stem == file.return_name:
        return file
    if sent := SENT_AS.search(file.name):
        says = f"it was sent under the name of {sent[1]}"
        return _noted(file, f"{says}, its header row is that of {file.return_name}, and it was read so")
    return _noted(file, f"it is named otherwise than its return, and was read as {file.return_name}")


def _noted(file: RawFile, said: str) -> RawFile:
    """The file, with what is to be said of its name; what that and the folder contradict, too."""
    notes = [noted("file_name_noted", said=said)]
    if file.la_code and (against := against_folder(file.name, file.la_code, file.reporting_month)):
        notes.append(against)
    return replace(file, notes=tuple(notes))


def _fits(row: Sequence[str], return_name: str) -> bool:
    return submitted_formats()[return_name].match_headers(row).problem is None


def _held(rows: Sequence[Sequence[str]], name: str) -> list[str]:
    """The returns whose columns a row has, key and required ones by their own names; one, if one has all.

    Where the name claims another, the row must know more of these than of that one's.
    """
    known: dict[str, frozenset[str]] = {}
    of_name = 0
    for row in rows:
        spelled = {header.strip().casefold() for header in row}
        for fmt in submitted_formats().values():
            match = fmt.match_headers(row)
            if fmt.name == name:
                of_name = max(of_name, len(match.columns))
            elif match.problem is None and spelled.issuperset(map(str.casefold, fmt.must_fill)):
                here = frozenset(row[at].strip().casefold() for at in match.columns.values())
                known[fmt.name] = max(known.get(fmt.name, here), here, key=len)
    known = {one: headers for one, headers in known.items() if len(headers) > of_name}
    whole = [one for one, mine in known.items() if all(mine >= others for others in known.values())]
    return whole if len(whole) == 1 else sorted(known)


def _first_row(file: RawFile) -> tuple[str, ...] | None:
    """The header row of a file that is plainly written; None of another."""
    if file.suffix == ".parquet":
        return None
    head = (_head(file, PLAIN_HEAD) or b"").removeprefix(UTF_8_MARK)
    line, end, _ = head.partition(b"\n")
    if not end or b'"' in line or not line.isascii():
        return None
    return tuple(line.decode().rstrip("\r").split(","))


def _rows_near_the_top(file: RawFile) -> list[tuple[str, ...]] | None:
    """Every row of the file's first bytes that may be its header row; None where it cannot be looked into."""
    if file.suffix == ".parquet":
        try:
            return [tuple(pq.read_schema(BytesIO(received(file)[0])).names)]
        except (pa.ArrowException, OSError, RejectedFileError):
            return None
    head = _head(file, HEAD_BYTES)
    return None if head is None else _rows_of(head)


def _rows_of(head: bytes) -> list[tuple[str, ...]] | None:
    try:
        return [row.headers for row in candidates(as_utf_8(_whole_lines(head))[0]) if len(row.headers) > 1]
    except RejectedFileError:
        return None


def header_row(path: Path, fmt: ReturnFormat) -> tuple[str, ...]:
    """The headers of a received file of cells; none where it is no longer there, or has no header row.

    Of a sheet the path is that of its workbook, with the place of the sheet behind it.
    """
    try:
        if path.suffix.lower() == ".parquet" or (head := _head_at(path)) is None:
            return ()
        return layout(as_utf_8(_whole_lines(head))[0], fmt.match_headers).headers
    except RejectedFileError:
        return ()


def _head_at(path: Path) -> bytes | None:
    if not (said := SHEET.search(path.name)):
        return _first_bytes(path, HEAD_BYTES)
    sheets = sheets_of(read_bytes(path.with_name(path.name[: said.start()]))[0])
    return sheets[int(said[1]) - 1][1][:HEAD_BYTES]


def _whole_lines(head: bytes) -> bytes:
    """The first bytes of a file without a line, and so without a character, that is cut."""
    return head[: head.rfind(b"\n")] if len(head) == HEAD_BYTES and b"\x00" not in head else head


def _head(file: RawFile, count: int) -> bytes | None:
    if not (file.member or file.sheet):
        return _first_bytes(file.path, count)
    try:
        return received(file)[0][:count]
    except RejectedFileError:
        return None


def _first_bytes(path: Path, count: int) -> bytes | None:
    """The first bytes of a plain file; None where it is none, or cannot be opened. No link is followed."""
    try:
        handle = posix.open_plain(path)
    except OSError:
        return None
    try:
        return os.read(handle, count)
    except OSError:
        return None
    finally:
        os.close(handle)


def _one_of(files: Sequence[RawFile]) -> tuple[list[RawFile], list[UnexpectedPath]]:
    """Of files that claim one return the one to read, if their rows are equal; none if they differ."""
    newest = max(files, key=lambda f: version_of(f.name))
    older = [f for f in files if _chain(f) == _chain(newest) and version_of(f.name) < version_of(newest.name)]
    if len(older) == len(files) - 1:
        said = f"{_in_folder(newest)} is a newer version, and was read"
        return [newest], [
            UnexpectedPath(f.file, noted("same_rows_noted", said=said), *_place(f)) for f in older
        ]
    by_name = sorted(files, key=lambda f: (f.name != f"{f.return_name}.csv", f.file))
    names = " and ".join(map(_in_folder, by_name))
    first, *rest = by_name
    rows = _rows(first)
    if rows is not None and all(_are_equal(rows, _rows(other)) for other in rest):
        said = f"its rows are those of {_in_folder(first)}, so that it was not read besides"
        note = noted("same_rows_noted", said=said)
        return [first], [UnexpectedPath(f.file, note, *_place(f)) for f in rest]
    aside = Finding(
        "two_files_of_one_return",
        f"{names} both hold {first.return_name}, and their rows differ, so none of them was read",
        "leave the one that is right in the folder, and take the others out",
    )
    return [], [UnexpectedPath(f.file, aside, *_place(f)) for f in by_name]


def _in_folder(file: RawFile) -> str:
    """How a file is told in its authority's folder: with its zip, since two may hold one name."""
    return file.file.removeprefix(f"{file.reporting_month}/{file.la_code}/")


def _chain(file: RawFile) -> str:
    """The name that versions of a file share; what goes by another name is a rival, not an older one."""
    return PurePosixPath(SENT_AS.sub("", VERSION.sub("", file.name))).stem


def _are_equal(one: pa.Table, other: pa.Table | None) -> bool:
    return other is not None and one.equals(other)


def _rows(file: RawFile) -> pa.Table | None:
    """The rows as they are read, in an order of their own; None where they cannot be.

    A cell says what it is read as, however it is written, and itself where it cannot be read.
    """
    fmt = submitted_formats()[file.return_name]
    try:
        table = read_table(received(file)[0], file.suffix, fmt.match_headers)
        table = with_sure_numbers(with_sure_places(table, fmt, last_day_of(file.reporting_month)), fmt)
    except RejectedFileError:
        return None
    columns = fmt.match_headers(table.headers).columns
    cells = pa.table({name: table.cells.column(str(columns[name])) for name in sorted(columns)})
    fields = [f for f in fmt.fields if f.name in columns]
    one_file = pa.chunked_array([pa.repeat(pa.scalar(0, pa.int32()), cells.num_rows)])
    with duckdb.connect() as db:
        db.register("spellings", code_lists.spellings())
        read = read_columns(db, cells, fields, fmt, one_file, last_day_of(file.reporting_month))
    held = {
        name: pc.if_else(column.is_unread, as_said(cells.column(name)), pc.cast(column.typed, pa.string()))
        for name, column in sorted(read.items())
    }
    return pa.table(held).sort_by([(name, "ascending") for name in held])
