"""Put what was sent where it belongs: return, authority and month by name, header and content together.

Nothing is guessed: a file of which one of these is not told, or told in two ways, stays where it is, and why
is said. Nothing in the raw folder is written over: what comes again stands beside it as a new version.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

from ingest.adapters.annex_a.lists import open_lists
from ingest.adapters.base import Notes
from ingest.adapters.ssda903 import read_tables_file
from ingest.contracts.dates import in_words
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.ssda903_tables import table_of
from ingest.discovery.archives import files_of, received
from ingest.discovery.beside import form_of, passed_over
from ingest.discovery.file_reader import read_table
from ingest.discovery.formats import HEAD_BYTES, recognise
from ingest.discovery.misdirected_rows import known_authorities, said_authorities
from ingest.discovery.names import TABLE_SUFFIXES, claimed
from ingest.discovery.raw_folder import RawFile, UnexpectedPath, UnmappedFile
from ingest.discovery.returns import VERSION, is_a_note, settled, version_of
from ingest.files import new_file
from ingest.reference.detect import parse
from ingest.reference.own_files import declared_files

OTHER_NAMES = {
    "annex_a": "annex_a.xlsx",
    "cin_census": "cin_census.xml",
    "workforce_census": "workforce_census.xml",
}
SAID_LEA = re.compile(rb"<LEA>\s*(\d{3})\s*</LEA>")
SAID_DATE = re.compile(rb"<ReferenceDate>\s*(\d{4}-\d{2})-\d{2}\s*</ReferenceDate>")
NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
YEAR, NUMBER, DAY = r"(?P<year>20\d{2})", r"(?P<month>0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
MONTH_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){YEAR}[-_. ]?{NUMBER}(?:[-_. ]?{DAY})?(?!\d)",  # 2025-03, 20250331
        rf"(?<!\d){DAY}[-_. ]{NUMBER}[-_. ]{YEAR}(?!\d)",  # 31-03-2025
        rf"(?<![a-z])(?P<name>{NAMES})[a-z]*[-_. ]*(?P<year>20\d{{2}}|\d{{2}})(?!\d)",  # March 2025, Mar25
        rf"(?<!\d){YEAR}[-_. ]*(?P<name>{NAMES})[a-z]*",  # 2025 March
    )
]


RUN_ON = re.compile(  # the day of an export, which is not the month that it is of
    r"(?<![a-z])(run|ran|printed|exported|extracted|created|generated|produced|saved)[-_. ]*(on|at)?[-_. ]*"
    r"(\d{4}[-_. ]?\d{2}[-_. ]?\d{2}|\d{2}[-_. ]?\d{2}[-_. ]?\d{4})(?!\d)",
    re.IGNORECASE,
)


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
    if len({received(one.file)[1] for one in rivals}) == 1:
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
    data, _ = received(arrival.file)
    arrival.target.parent.mkdir(parents=True, exist_ok=True)
    with new_file(arrival.target, over=False) as aside:
        aside.write_bytes(data)


def _every_file(sent: Sequence[Path]) -> Iterator[UnmappedFile | Arrival]:
    """Each file, those of folders and zips too, in order of name; an Arrival where it needs no opening."""
    for path in sent:
        for below in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if below.is_symlink() or not below.is_file():
                continue
            about = below.stat()
            shown = str(below.relative_to(path.parent if path.is_dir() else below.parent))
            file = UnmappedFile(below, shown, about.st_size, about.st_mtime_ns, about.st_ino)
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
        data, _ = received(file)
        arrival = _known(Arrival(file), data)
        if arrival.why or arrival.what == BESIDE:
            return arrival
        if not arrival.what:
            return _of_reference(arrival, data, reference)
        said_codes, said_months = _said_within(arrival.what, file, data)
    except RejectedFileError as refused:
        return Arrival(file, why=str(refused))
    name, folders = PurePosixPath(file.name).stem, str(Path(file.file).parent)
    la_code, against = _agreed(
        "authority", str,
        {
            "--authority says": {authority} - {None}, "its content says": said_codes,
            "its name says": _authorities_in(name), "its folder says": _authorities_in(folders),
        },
    )  # fmt: skip
    when, against_month = _agreed(
        "month", in_words,
        {
            "--month says": {month} - {None}, "its content says": said_months,
            "its name says": _months_in(name), "its folder says": _months_in(folders),
        },
    )  # fmt: skip
    arrival = replace(arrival, la_code=la_code, month=when)
    if la_code is None or when is None:
        return replace(arrival, why="; ".join(filter(None, (against, against_month))))
    return place(arrival, raw / when / la_code, data)


def _known(arrival: Arrival, data: bytes) -> Arrival:
    """The arrival with the return or form that it is, or with why that cannot be told; else as it came."""
    file = arrival.file
    form = recognise(file.name, data[:HEAD_BYTES])
    suffix = PurePosixPath(file.name).suffix.lower()
    if form in ("cin_census", "workforce_census", "csc_api"):
        return replace(arrival, what=form)
    if form == "annex_a" and parse(data, ".xlsx").outcome != "read":
        return replace(arrival, what=form, why=_no_annex_a(data))
    if suffix in (*TABLE_SUFFIXES, "") and file.name not in declared_files():
        looks = file.size, file.mtime_ns, file.inode
        raw = RawFile(file.path, file.file, "", "", claimed(file.name) or "", *looks, member=file.member)
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


def _no_annex_a(data: bytes) -> str:
    """Why a workbook is no Annex A; nothing where it is."""
    try:
        open_lists(data, Notes())
    except RejectedFileError as why:
        what, _ = form_of(data) or (str(why), "")
        return f"{what}; a return is sent as CSV, one sheet a file"
    return ""


def _of_reference(arrival: Arrival, data: bytes, reference: Path) -> Arrival:
    name = arrival.file.name
    parsed = parse(data, PurePosixPath(name).suffix)
    if parsed.outcome == "read" or name in declared_files():
        return place(replace(arrival, what="reference"), reference, data)
    if parsed.outcome == "document":
        return replace(arrival, what=BESIDE, why="a note")
    return replace(arrival, why="neither its name nor its content is that of a return or a reference file")


def _said_within(what: str, file: UnmappedFile, data: bytes) -> tuple[set[str], set[str]]:
    """The authorities and the months that the content says it is of. Raises RejectedFileError."""
    if what in ("cin_census", "workforce_census"):
        head = data[:HEAD_BYTES]
        codes = {found.decode() for found in SAID_LEA.findall(head)}
        return codes, {found.decode() for found in SAID_DATE.findall(head)}
    if what not in submitted_formats():
        return set(), set()
    fmt = submitted_formats()[what]
    table = read_table(data, PurePosixPath(file.name).suffix, fmt.match_headers)
    return said_authorities(table, fmt.match_headers(table.headers).unknown), set()


@cache
def _authorities_in(words: str) -> set[str]:
    """The authorities that a name or folder tells, by DfE code, ONS code or name."""
    spoken = f" {_spaced(words)} "
    known = known_authorities().items()
    return {code for spelling, code in known if f" {_spaced(spelling)} " in spoken}


@cache
def _spaced(words: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", words.lower()))


@cache
def _months_in(words: str) -> set[str]:
    """The months that a name or folder tells, as YYYY-MM."""
    said = set()
    words = RUN_ON.sub(" ", words)
    for form in MONTH_FORMS:
        for found in form.finditer(words):
            parts = found.groupdict()
            year = parts["year"] if len(parts["year"]) == 4 else f"20{parts['year']}"
            named = NAMES.split("|").index(parts["name"].lower()) + 1 if "name" in parts else parts["month"]
            said.add(f"{year}-{int(named):02}")
    return said


def _agreed(
    what: str, in_words: Callable[[str], str], said: Mapping[str, set[str] | set[str | None]]
) -> tuple[str | None, str]:
    """What all that say something agree on; else why it cannot be told."""
    every = {one for values in said.values() for one in values if one}
    if len(every) == 1:
        return every.pop(), ""
    if not every:
        return None, f"nothing tells its {what}; give it with --{what}"
    told = [
        f"{source} {' and '.join(in_words(one) for one in sorted(filter(None, values)))}"
        for source, values in said.items()
        if values
    ]
    return None, f"{what}: {', '.join(told)}"


def place(arrival: Arrival, folder: Path, data: bytes) -> Arrival:
    """The arrival with the place where it goes: a new version beside what is there, if that is other."""
    what, own = arrival.what, arrival.file.name
    suffix = PurePosixPath(own).suffix.lower()
    match what:
        case "reference" | "csc_api":  # the names of payloads tell their order
            name = own
        case "ssda903":
            folder, name = folder / what, f"{(table_of(read_tables_file(data).headers) or '').lower()}.csv"
        case _:
            name = OTHER_NAMES.get(what) or f"{what}{'.parquet' if suffix == '.parquet' else '.csv'}"
    there = _of_the_same(what, folder, name)
    if any(path.stat().st_size == len(data) and path.read_bytes() == data for path in there):
        return replace(arrival, what=THERE, why=f"{what}, byte for byte")
    if not there:
        return replace(arrival, target=folder / name)
    number = 1 + max(version_of(path.name) for path in there)
    name = VERSION.sub("", there[-1].name)  # a version is of one name
    stem, _, ending = name.rpartition(".")
    why = f"version {number}, beside {', '.join(path.name for path in there)}"
    return replace(arrival, target=folder / f"{stem}.v{number}.{ending}", why=why)


def _of_the_same(what: str, folder: Path, name: str) -> list[Path]:
    """What lies in a folder already of the same return, form or name, in order of version."""
    files = [path for path in folder.glob("*") if path.is_file() and not passed_over(path.name)]
    if what in OTHER_NAMES:
        same = [path for path in files if recognise(path.name, path.read_bytes()[:HEAD_BYTES]) == what]
    elif what in submitted_formats():
        same = [path for path in files if claimed(path.name) == what]
    else:
        same = [path for path in files if VERSION.sub("", path.name) == name]
    return sorted(same, key=lambda path: (version_of(path.name), path.name))
