"""Put what was sent where it belongs: return, authority and month by name, header and content together.

Nothing is guessed: a file of which one of these is not told, or told in two ways, stays where it is, and why
is said. Nothing in the raw folder is written over: what comes again stands beside it as a new version.
"""

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ingest.adapters.annex_a.lists import open_lists
from ingest.adapters.base import Notes
from ingest.adapters.csc_api import said_authority
from ingest.adapters.ssda903 import read_tables_file
from ingest.contracts.dates import in_words
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.ssda903_tables import table_of
from ingest.discovery.archives import Stream, files_of, received
from ingest.discovery.beside import form_of, passed_over
from ingest.discovery.file_reader import read_table
from ingest.discovery.formats import HEAD_BYTES, as_text, recognise, what_instead
from ingest.discovery.misdirected_rows import said_authorities
from ingest.discovery.names import claimed
from ingest.discovery.raw_folder import RawFile, UnexpectedPath, UnmappedFile
from ingest.discovery.returns import (
    VERSION,
    is_a_note,
    is_workbook,
    may_hold_rows,
    settled,
    sheets_with_returns,
    version_of,
)
from ingest.discovery.said_in_names import authorities_in, months_in, short_of_a_month, years_in
from ingest.discovery.workbooks import SUFFIXES as WORKBOOKS
from ingest.files import new_file, sha256_of
from ingest.reference.detect import parse
from ingest.reference.own_files import declared_files

OTHER_NAMES = {
    "annex_a": "annex_a.xlsx",
    "cin_census": "cin_census.xml",
    "workforce_census": "workforce_census.xml",
    "workbook": "returns.xlsx",
    "ssda903_workbook": "ssda903.xlsx",
}
SAID_LEA = re.compile(r"<LEA>\s*(\d{3})\s*</LEA>")
SAID_DATE = re.compile(r"<ReferenceDate>\s*(\d{4}-\d{2})-\d{2}\s*</ReferenceDate>")
SAID_YEAR = re.compile(r"<Year>\s*(\d{4})\s*</Year>")


@dataclass(frozen=True)
class Arrival:
    """One file that was sent, and what is to become of it."""

    file: UnmappedFile
    what: str = ""  # the return, form or reference file that it is; or that nothing is to be done
    la_code: str | None = None
    month: str | None = None
    target: Path | None = None  # where it goes; None where it stays
    why: str = ""  # what keeps it from being placed, or what is to be known of it

    @property
    def is_refused(self) -> bool:
        """Whether it could not be placed, for a reason that a person must settle."""
        return self.target is None and self.what not in (BESIDE, THERE)


BESIDE, THERE = "passed over", "already there"
THE_CENSUS = "the census"
CONTENT = {"cin_census": THE_CENSUS, "workforce_census": THE_CENSUS, "csc_api": "the payload"}


def plan(
    sent: Sequence[Path], raw: Path, reference: Path, month: str | None = None, authority: str | None = None
) -> list[Arrival]:
    """What is to become of each file, of folders and zips too. Reads, and writes nothing."""
    planned = [
        found if isinstance(found, Arrival) else _placed(found, raw, reference, month, authority)
        for found in _every_file(sent)
    ]
    of_place: dict[Path, list[Arrival]] = {}
    for one in planned:
        if one.target is not None:
            of_place.setdefault(one.target, []).append(one)
    settled_on = {one.file: one for rivals in of_place.values() for one in _one_of(rivals)}
    return [settled_on.get(one.file, one) for one in planned]


def _one_of(rivals: Sequence[Arrival]) -> list[Arrival]:
    """What becomes of files that would have one place: where they are not the same, none is taken for it."""
    first, *others = rivals
    if len({Stream(one.file).sha256() for one in rivals}) == 1:
        return [
            first,
            *(replace(one, what=THERE, target=None, why=f"the same as {first.file.file}") for one in others),
        ]
    names = " and ".join(one.file.file for one in rivals)
    return [
        replace(one, target=None, why=f"{names} would have one place; send one of them") for one in rivals
    ]


def put(arrival: Arrival) -> None:
    """Copy a file to its place: whole or not at all, and never over another.


    Raises FileExistsError where something has come there since, and RejectedFileError where the file
    cannot be read.
    """
    assert arrival.target is not None
    arrival.target.parent.mkdir(parents=True, exist_ok=True)
    with (
        Stream(arrival.file).open() as data,
        new_file(arrival.target, over=False) as aside,
        aside.open("wb") as copy,
    ):
        shutil.copyfileobj(data, copy)


def _every_file(sent: Sequence[Path]) -> Iterator[UnmappedFile | Arrival]:
    """Each file, those of folders and zips too, in order of name; an Arrival where it needs no opening."""
    for path in sent:
        for below in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if below.is_symlink() or not below.is_file():
                continue
            shown = str(below.relative_to(path.parent if path.is_dir() else below.parent))
            file = _file_at(below, shown)
            beside = [why for part in Path(shown).parts if (why := passed_over(part))]
            if beside:
                yield Arrival(file, BESIDE, why=beside[0])
            elif below.suffix.lower() != ".zip":
                yield file
            else:
                try:
                    yield from (replace(one, file=f"{shown}/{one.member}") for one in files_of(file))
                except RejectedFileError as refused:
                    yield Arrival(file, why=str(refused))


def _placed(
    file: UnmappedFile, raw: Path, reference: Path, month: str | None, authority: str | None
) -> Arrival:
    try:
        data: bytes | Stream = Stream(file)
        if recognise(file.name, Stream(file).head(HEAD_BYTES)) == "csc_api":
            arrival = Arrival(file, "csc_api")
        else:
            data, _ = received(file)
            arrival = _known(Arrival(file), data)
        if arrival.why or arrival.what == BESIDE:
            return arrival
        if not arrival.what and isinstance(data, bytes):
            return _of_reference(arrival, data, reference)
        within = _said_within(arrival.what, file, data)
    except RejectedFileError as refused:
        return Arrival(file, why=str(refused))
    name, folders = PurePosixPath(file.name).stem, str(Path(file.file).parent)
    of_name = months_in(name)
    short = [f"its name says {one}" for one in short_of_a_month(name)]
    short += [f"its folder says {one}" for one in short_of_a_month(folders)]
    if arrival.what == "cin_census" and not of_name:  # which is of March
        of_name = {f"{year}-03" for year in years_in(name)}
    la_code, when, why = _agreed(
        {
            "the command": (_of(authority), _of(month)),
            CONTENT.get(arrival.what, "its content"): within,
            "its name": (authorities_in(name), of_name),
            "its folder": (authorities_in(folders), months_in(folders)),
        },
        short,
    )
    arrival = replace(arrival, la_code=la_code, month=when, why=why)
    if la_code is None or when is None:
        return arrival
    return place(arrival, raw / when / la_code, data)


def _known(arrival: Arrival, data: bytes) -> Arrival:
    """The arrival with the return or form that it is, or with why that cannot be told; else as it came."""
    file = arrival.file
    form = recognise(file.name, data[:HEAD_BYTES])
    suffix = PurePosixPath(file.name).suffix.lower()
    if form in ("cin_census", "workforce_census"):
        return replace(arrival, what=form)
    if form == "annex_a" and parse(data, ".xlsx").outcome != "read":
        if is_workbook(file) and (sheets := sheets_with_returns(file)):
            return _of_sheets(arrival, sheets)
        why = _no_annex_a(data)
        return replace(arrival, what="a workbook" if why else form, why=why)
    looks = file.size, file.mtime_ns, file.inode
    raw = RawFile(file.path, file.file, "", "", claimed(file.name) or "", *looks, member=file.member)
    if may_hold_rows(raw) and file.name not in declared_files():
        found = settled(raw)
        if isinstance(found, UnexpectedPath):
            return replace(arrival, why=f"{found.finding.reason}; {found.finding.next_move}")
        if found is not None:
            fmt = submitted_formats()[found.return_name]
            headers = read_table(data, suffix, fmt.match_headers).headers
            return replace(arrival, what=fmt.name, why=fmt.match_headers(headers).problem or "")
        if form == "ssda903":
            return replace(arrival, what=form)
        if is_a_note(raw):
            return replace(arrival, what=BESIDE, why="a note")
    return replace(arrival, why="; ".join(form_of(data) or ()))


def _of_sheets(arrival: Arrival, sheets: Sequence[UnmappedFile]) -> Arrival:
    """A workbook as the one return that it holds, or as one of several; a sheet of no return goes with it."""
    held: list[str] = []
    for sheet in sheets:
        found = _settled(sheet)
        if isinstance(found, UnexpectedPath):
            return replace(arrival, what="a workbook", why=_told(sheet, found.finding.reason))
        if found is not None:
            fmt = submitted_formats()[found.return_name]
            headers = read_table(received(found)[0], ".csv", fmt.match_headers).headers
            if problem := fmt.match_headers(headers).problem:
                return replace(arrival, what=fmt.name, why=_told(sheet, problem))
            held.append(fmt.name)
    if len(held) != len(set(held)):
        twice = next(name for name in held if held.count(name) > 1)
        return replace(
            arrival, what=twice, why=f"two of its sheets hold {twice}; leave the one that is right"
        )
    if len(held) == 1:
        return replace(arrival, what=held[0])
    return replace(arrival, what="workbook" if held else "ssda903_workbook")


def _settled(sheet: UnmappedFile) -> RawFile | UnexpectedPath | None:
    looks = sheet.size, sheet.mtime_ns, sheet.inode
    return settled(
        RawFile(sheet.path, sheet.file, "", "", sheet.claim, *looks, member=sheet.member, sheet=sheet.sheet)
    )


def _told(sheet: UnmappedFile, why: str) -> str:
    return f"{sheet.file.rpartition(', ')[2]}: {why}"


def _no_annex_a(data: bytes) -> str:
    """Why a workbook is no Annex A; nothing where it is."""
    try:
        open_lists(data, Notes())
    except RejectedFileError as why:
        return "; ".join(form_of(data) or (str(why),))
    return ""


def _of_reference(arrival: Arrival, data: bytes, reference: Path) -> Arrival:
    name = arrival.file.name
    parsed = parse(data, PurePosixPath(name).suffix)
    if parsed.outcome == "read" or name in declared_files():
        return place(replace(arrival, what="reference"), reference, data)
    is_text = name.lower().endswith(".txt")  # of words alone it would have been told a note before
    if parsed.outcome == "document" and not is_text:
        return replace(arrival, what=BESIDE, why="a note")
    return replace(arrival, why="; ".join(what_instead(data[:HEAD_BYTES])))


def _said_within(what: str, file: UnmappedFile, data: bytes | Stream) -> tuple[set[str], set[str]]:
    """The authorities and the months that the content says it is of. Raises RejectedFileError."""
    if isinstance(data, Stream):
        return _of(said_authority(data)), set()
    if what in ("cin_census", "workforce_census"):
        head = as_text(data[:HEAD_BYTES])
        months = set(SAID_DATE.findall(head))
        if what == "cin_census":
            months |= {f"{year}-03" for year in SAID_YEAR.findall(head)}
        return set(SAID_LEA.findall(head)), months
    if is_workbook(file):
        codes: set[str] = set()
        for sheet in sheets_with_returns(file):
            if isinstance(found := _settled(sheet), RawFile):
                fmt = submitted_formats()[found.return_name]
                table = read_table(received(found)[0], ".csv", fmt.match_headers)
                codes |= said_authorities(table, fmt.match_headers(table.headers).unknown)
        return codes, set()
    if what not in submitted_formats():
        return set(), set()
    fmt = submitted_formats()[what]
    table = read_table(data, PurePosixPath(file.name).suffix, fmt.match_headers)
    return said_authorities(table, fmt.match_headers(table.headers).unknown), set()


def _of(said: str | None) -> set[str]:
    return {said} if said else set()


def _agreed(
    said: Mapping[str, tuple[set[str], set[str]]], short: Sequence[str] = ()
) -> tuple[str | None, str | None, str]:
    """The authority and the month that all agree on who say something; else why they cannot be told.

    `short` is what is said of a time and is no month: it is told where nothing tells one.
    A census whose year and date disagree is of the one that another says too.
    """
    codes = {code for of_source, _ in said.values() for code in of_source}
    every = {month for _, of_source in said.values() for month in of_source}
    beside = {month for source, (_, of_source) in said.items() if source != THE_CENSUS for month in of_source}
    of_census = said.get(THE_CENSUS, (set(), set()))[1]
    months = beside if len(of_census) > 1 and len(beside) == 1 and beside <= of_census else every
    told = []
    for source, (of_codes, of_months) in said.items():
        parts = [f"authority {code}" for code in sorted(of_codes) if len(codes) > 1]
        parts += [in_words(month) for month in sorted(of_months) if len(every) > 1]
        told += [f"{source} says {' and '.join(parts)}"] if parts else []
    unsaid = [] if codes else ["nothing tells its authority; give it with --authority"]
    if not every and short:
        unsaid.append(f"{'; '.join(short)}: add the month to it, as 2025-03, or give it with --month 2025-03")
    elif not every:
        unsaid.append("nothing tells its month; give it with --month")
    code = codes.pop() if len(codes) == 1 else None
    return code, months.pop() if len(months) == 1 else None, "; ".join((*told, *unsaid))


def place(arrival: Arrival, folder: Path, data: bytes | Stream) -> Arrival:
    """The arrival with the place where it goes: a new version beside what is there, if that is other."""
    what, own = arrival.what, arrival.file.name
    suffix = PurePosixPath(own).suffix.lower()
    match what:
        case "reference" | "csc_api":  # the names of payloads tell their order
            name = own
        case "ssda903" if isinstance(data, bytes):
            folder, name = folder / what, f"{(table_of(read_tables_file(data).headers) or '').lower()}.csv"
        case _:
            kept = suffix if suffix in (".parquet", *WORKBOOKS) else ".csv"
            name = OTHER_NAMES.get(what) or f"{what}{kept}"
    there = _of_the_same(what, folder, name)
    if any(_is_same(path, data) for path in there):
        return replace(arrival, what=THERE, why=f"{what}, byte for byte")
    if not there:
        return replace(arrival, target=folder / name)
    number = 1 + max(version_of(path.name) for path in there)
    stem = VERSION.sub("", there[-1].name).rpartition(".")[0]  # a version is of one name
    ending = name.rpartition(".")[2]
    why = f"version {number}, beside {', '.join(path.name for path in there)}"
    why = "; ".join(filter(None, (arrival.why, why)))
    return replace(arrival, target=folder / f"{stem}.v{number}.{ending}", why=why)


def _is_same(path: Path, data: bytes | Stream) -> bool:
    if isinstance(data, bytes):
        return path.stat().st_size == len(data) and path.read_bytes() == data
    return path.stat().st_size == data.file.size and sha256_of(path) == data.sha256()


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _holds_returns(path: Path) -> bool:
    file = _file_at(path, path.name)
    return is_workbook(file) and bool(sheets_with_returns(file))


def _file_at(path: Path, shown: str) -> UnmappedFile:
    about = path.stat()
    return UnmappedFile(path, shown, about.st_size, about.st_mtime_ns, about.st_ino)


def _of_the_same(what: str, folder: Path, name: str) -> list[Path]:
    """What lies in a folder already of the same return, form or name, in order of version."""
    files = [path for path in folder.glob("*") if path.is_file() and not passed_over(path.name)]
    if what in OTHER_NAMES and not what.endswith("workbook"):
        same = [
            path for path in files if recognise(path.name, _head(path)) == what and not _holds_returns(path)
        ]
    elif what in submitted_formats():
        same = [path for path in files if claimed(path.name) == what]
    else:
        same = [path for path in files if VERSION.sub("", path.name) == name]
    return sorted(same, key=lambda path: (version_of(path.name), path.name))
