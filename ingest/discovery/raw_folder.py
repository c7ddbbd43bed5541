"""Find what has arrived: raw/<YYYY-MM>/<la_code>/<return_name>.csv, and whatever else lies in the way."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from ingest.contracts.findings import Finding
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.beside import passed_over

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")  # an extract of a day, for lists as at it
AUTHORITY = re.compile(r"\d{3}")
SUFFIXES = (".csv", ".parquet")
# A file may be named after a child. Names of no other words than these, and of years and days, may be told.
TOLD_WORDS = {
    "a", "annex", "annexa", "lists", "list", "workbook", "final", "copy", "version", "v1", "v2", "v3",
    "return", "returns", "monthly", "annual", "data", "extract", "cin", "census", "ssda", "ssda903",
    "903", "cla", "csww", "workforce", "social", "worker", "workers", "children", "looked", "after",
    "header", "episodes", "reviews", "missing", "placed", "adoption", "ad1", "oc2", "oc3", "uasc",
    "prev", "perm", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december", "q1", "q2", "q3", "q4", "readme", "notes", "ssd", "ext", "export", "of", "person",
    "new", "draft", "table", "report", "revised", "resubmission", "sent", "as",
}  # fmt: skip
TOLD_NUMBER = re.compile(r"v\d{1,3}|(19|20)\d\d((0[1-9]|1[0-2])([0-3]\d)?)?|\d{1,2}")
TOLD_SUFFIX = re.compile(
    r"\.(xlsx?|xlsm|xml|csv|tsv|tab|psv|dat|parquet|zip|txt|docx?|pdf|json|md|part|tmp)", re.IGNORECASE
)
DEEPER = Finding(
    "unknown_file",
    "it is a folder in a folder of the authority's folder, and nothing in it was read",
    "move its files up into the authority's folder, or hand the folder to `line-of-sight receive`",
)
OUTSIDE = Finding(
    "unknown_file",
    "it lies outside of an authority's folder, so it was not read",
    "put it in the folder of its month and authority, as raw/2025-04/372, or hand it to "
    "`line-of-sight receive`",
)
SHEET = re.compile(r", sheet (\d+) of (\d+)$")  # behind a workbook's name
STILL_SECONDS = 3.0  # a file that has not changed for so long is taken to be whole


@dataclass(frozen=True)
class RawFile:
    """One file found in an authority's folder of a month, as it looked then."""

    path: Path
    file: str  # relative to the raw folder
    reporting_month: str
    la_code: str
    return_name: str
    size: int
    mtime_ns: int
    inode: int
    source_format: str = "ssd"
    sha256: str | None = None  # of the file as received, where this one was opened from it
    merged_with: str = ""  # tells what other months' files have brought into it, if any have
    sender_names: Mapping[str, str] = field(
        default_factory=dict, compare=False
    )  # of its fields, where others
    notes: tuple[Finding, ...] = field(default=(), compare=False)  # how its name was read
    member: str = ""  # its name in the zip that `path` is, where it came in one
    sheet: int = 0  # which sheet with cells of its workbook it is, where it came in one

    @property
    def name(self) -> str:
        """The file's own name, which may be a child's; a sheet goes by that of its workbook."""
        return _name_of(self)

    @property
    def own_path(self) -> Path:
        """Where it stands, by its own name, for those who may see the raw folder."""
        return _own_path(self)

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


@dataclass(frozen=True)
class UnmappedFile:
    """One file that is not named as a return: Annex A, a census, a table of SSDA903, or something unknown."""

    path: Path
    file: str  # relative to the raw folder, as it may be told
    size: int
    mtime_ns: int
    inode: int
    member: str = ""  # its name in the zip that `path` is, where it came in one
    sheet: int = 0  # which sheet with cells of its workbook it is, where it came in one
    claim: str = ""  # the return that the name of the sheet claims

    @property
    def name(self) -> str:
        """The file's own name, which may be a child's; a sheet goes by that of its workbook."""
        return _name_of(self)

    @property
    def own_path(self) -> Path:
        """Where it stands, by its own name, for those who may see the raw folder."""
        return _own_path(self)

    def is_below(self, la_code: str) -> bool:
        """Whether it lies in a folder of the authority's folder, as the tables of SSDA903 may."""
        return self.path.parent.name != la_code


@dataclass(frozen=True)
class UnexpectedPath:
    """Something in the raw folder that is not a return, with what to do about it."""

    file: str
    finding: Finding
    reporting_month: str | None = None
    la_code: str | None = None
    path: Path | None = None  # by its own name, for those who may see the raw folder


@dataclass(frozen=True)
class Beside:
    """Something in the raw folder that is nothing of a return, and was passed over."""

    path: Path
    what: str
    reporting_month: str | None = None
    la_code: str | None = None


@dataclass(frozen=True)
class RawFolder:
    """Everything found under raw/, in a fixed order."""

    files: tuple[RawFile, ...]
    folders: tuple[tuple[str, str], ...]  # (reporting month, authority) of every folder, empty ones too
    oddities: tuple[UnexpectedPath, ...]
    others: tuple[tuple[str, str, UnmappedFile], ...] = ()  # (reporting month, authority, file)
    beside: tuple[Beside, ...] = ()

    def others_by_folder(self) -> dict[tuple[str, str], list[UnmappedFile]]:
        """The files that are not named as returns, by month and authority."""
        grouped: dict[tuple[str, str], list[UnmappedFile]] = {}
        for month, la_code, file in self.others:
            grouped.setdefault((month, la_code), []).append(file)
        return grouped

    @cached_property
    def _by_return(self) -> dict[tuple[str, str], list[RawFile]]:
        grouped: dict[tuple[str, str], list[RawFile]] = {}
        for file in self.files:
            grouped.setdefault((file.return_name, file.reporting_month), []).append(file)
        return grouped

    def of(self, return_name: str, reporting_month: str) -> list[RawFile]:
        """The files of one return and month, by authority."""
        return self._by_return.get((return_name, reporting_month), [])

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(sorted({month for month, _ in self.folders}))


def sheet_name(file: str, number: int, count: int) -> str:
    """How a sheet of a workbook is told: by its place, since its own name may be a child's.

    `count` is how many of its sheets are not empty.
    """
    return f"{file}, sheet {number} of {count}"


def _name_of(file: RawFile | UnmappedFile) -> str:
    name = PurePosixPath(file.member).name or file.path.name
    return f"{PurePosixPath(name).stem}.csv" if file.sheet else name


def _own_path(file: RawFile | UnmappedFile) -> Path:
    path = file.path / file.member
    told = SHEET.search(file.file)
    return path.with_name(path.name + told[0]) if file.sheet and told else path


def look(raw: Path) -> RawFolder:
    """Walk the raw folder. Opens no file, follows no link. Raises NotADirectoryError where there is none."""
    if not raw.is_dir():
        raise NotADirectoryError(f"there is no raw folder at {raw}")
    files: list[RawFile] = []
    folders: list[tuple[str, str]] = []
    oddities: list[UnexpectedPath] = []
    others: list[tuple[str, str, UnmappedFile]] = []
    beside: list[Beside] = []
    for month, told_month in _entries(raw):
        if what := passed_over(month.name):
            beside.append(Beside(Path(month.path), what))
            continue
        if DAY.fullmatch(month.name) and month.is_dir(follow_symlinks=False):
            continue  # no month's figure is counted from it
        if not (MONTH.fullmatch(month.name) and month.is_dir(follow_symlinks=False)):
            oddities.append(
                _odd(told_month, "is not a month", "name month folders YYYY-MM, as 2025-04", month)
            )
            continue
        for authority, told in _entries(Path(month.path)):
            if what := passed_over(authority.name):
                beside.append(Beside(Path(authority.path), what, month.name))
                continue
            if not (AUTHORITY.fullmatch(authority.name) and authority.is_dir(follow_symlinks=False)):
                move = "name authority folders by the three-digit DfE code, as 372"
                place = f"{told_month}/{told}"
                oddities.append(_odd(place, "is not an authority", move, authority, month.name))
                continue
            folders.append((month.name, authority.name))
            for entry, told in _files(Path(authority.path)):
                if what := passed_over(entry.name):
                    beside.append(Beside(Path(entry.path), what, month.name, authority.name))
                    continue
                shown = f"{month.name}/{authority.name}/{told}"
                if entry.is_dir(follow_symlinks=False) and Path(entry.path).parent.name != authority.name:
                    of_folder = month.name, authority.name, Path(entry.path)
                    oddities.append(UnexpectedPath(shown, DEEPER, *of_folder))
                    continue
                name, dot, suffix = entry.name.rpartition(".")
                about = entry.stat(follow_symlinks=False)
                is_return = name in submitted_formats() and dot + suffix.lower() in SUFFIXES
                if not is_return or Path(entry.path).parent != Path(authority.path):
                    looks = about.st_size, about.st_mtime_ns, about.st_ino
                    other = UnmappedFile(Path(entry.path), shown, *looks)
                    others.append((month.name, authority.name, other))
                    continue
                files.append(
                    RawFile(
                        path=Path(entry.path),
                        file=shown,
                        reporting_month=month.name,
                        la_code=authority.name,
                        return_name=name,
                        size=about.st_size,
                        mtime_ns=about.st_mtime_ns,
                        inode=about.st_ino,
                    )
                )
    return RawFolder(tuple(files), tuple(folders), tuple(oddities), tuple(others), tuple(beside))


def only_still(found: RawFolder) -> RawFolder:
    """What was found without the files that are still being written; a later refresh reads those.

    Waits once, and only where a file is younger than STILL_SECONDS.
    """
    placed: list[tuple[str, str, RawFile | UnmappedFile]] = [
        *((f.reporting_month, f.la_code, f) for f in found.files),
        *found.others,
    ]
    ages = [time.time() - file.mtime_ns / 1e9 for _, _, file in placed]
    young = [place for place, age in zip(placed, ages, strict=True) if age < STILL_SECONDS]
    if not young:
        return found
    time.sleep(STILL_SECONDS - max(0.0, min(ages)))
    moving = {file.file: (month, la_code) for month, la_code, file in young if not is_as_seen(file)}
    finding = Finding(
        "still_being_written",
        "it changed while it was looked at, so it was not read",
        "let it be copied to its end, then refresh again",
    )
    return replace(
        found,
        files=tuple(f for f in found.files if f.file not in moving),
        others=tuple(other for other in found.others if other[2].file not in moving),
        oddities=(
            *found.oddities,
            *(UnexpectedPath(file, finding, *place) for file, place in moving.items()),
        ),
    )


def own_names(
    found: RawFolder, raw: Path, read_before: Mapping[str, tuple[str, Any]], read_at: float = 0.0
) -> dict[str, str]:
    """The own name of each file whose name no release says, for those who may see the raw folder.

    Only of files that are still those that were read: the names that stand for them go by their order. What
    was not opened has its own where nothing has come into its folder, or left it, since `read_at`.
    """
    own: dict[str, str] = {}
    for odd in found.oddities:
        with suppress(OSError):  # gone since
            if odd.path and _folder_of(odd.path).stat().st_mtime < read_at:
                own[odd.file] = str(odd.path.relative_to(raw))
    files: list[RawFile | UnmappedFile] = [*found.files, *(other for _, _, other in found.others)]
    for file in files:
        _, seen = read_before.get(file.file, ("", None))
        if seen and (seen.size, seen.mtime_ns, seen.inode) == (file.size, file.mtime_ns, file.inode):
            own[file.file] = str(file.own_path.relative_to(raw))
    return own


def _folder_of(path: Path) -> Path:
    """The folder in which a file lies, or the zip that it is in."""
    return next((parent for parent in path.parents if parent.is_dir()), path.parent)


def in_own_names(said: str, file: str, own: Mapping[str, str]) -> str:
    """What is said of a file with the own names of those in its folder, in place of what stands for them."""
    if "withheld name" not in said:
        return said
    within = "/".join(file.split("/")[:2]) + "/"
    for told in sorted((one for one in own if one.startswith(within)), key=len, reverse=True):
        short, name = told.removeprefix(within), own[told].removeprefix(within)
        if short != name:
            plain = name.replace("\\", r"\\")  # a name is no pattern
            said = re.sub(rf"(?<![\w/]){re.escape(short)}(?![\w/])", plain, said)
    return said


def minutes_still(found: RawFolder) -> float:
    """How long ago the newest of the files was written, renamed or put there, by this disk's own clock.

    Not when its content was last changed: a copy may keep that, and a file's clock may be wrong.
    """
    newest = 0.0
    for path in [*(f.path for f in found.files), *(other.path for _, _, other in found.others)]:
        with suppress(OSError):  # gone since
            newest = max(newest, path.stat(follow_symlinks=False).st_ctime)
    return max(0.0, time.time() - newest) / 60


def is_as_seen(file: RawFile | UnmappedFile) -> bool:
    """Whether a file still looks as it did when it was found."""
    try:
        now = file.path.stat(follow_symlinks=False)
    except OSError:
        return False
    return (now.st_size, now.st_mtime_ns, now.st_ino) == (file.size, file.mtime_ns, file.inode)


def _entries(folder: Path) -> Iterator[tuple[os.DirEntry[str], str]]:
    """What lies in a folder, in order of name, each with the name that it may be told by."""
    with os.scandir(folder) as entries:
        held = sorted(entries, key=lambda e: e.name)
    withheld = 0
    for entry in held:
        told = told_name(entry.name)
        if told is None and not passed_over(entry.name):
            withheld += 1
            told = f"withheld name {withheld}"
            suffix = Path(entry.name).suffix
            told += suffix if TOLD_SUFFIX.fullmatch(suffix) else ""
        yield entry, told or ""


@lru_cache(maxsize=1000)  # England sends 80,000 files of forty names
def told_name(name: str) -> str | None:
    """The name, where it holds nothing but known words, years and days; else it could be a child's: None."""
    stem = Path(name).stem if TOLD_SUFFIX.fullmatch(Path(name).suffix) else name
    if stem in submitted_formats() or MONTH.fullmatch(name) or AUTHORITY.fullmatch(name):
        return name
    known = TOLD_WORDS | {word for name in submitted_formats() for word in name.split("_")}
    parts = re.split(r"[ ._()-]+", stem.lower())
    return name if all(len(p) < 2 or p in known or TOLD_NUMBER.fullmatch(p) for p in parts) else None


def _files(folder: Path) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Everything in an authority's folder, and one folder down: SSDA903 comes as a folder of tables."""
    for entry, told in _entries(folder):
        is_named_as_file = Path(entry.name).suffix.lower() in SUFFIXES  # what it holds is no set of tables
        is_folder = entry.is_dir(follow_symlinks=False) and not passed_over(entry.name)
        if is_folder and not is_named_as_file:
            yield from ((below, f"{told}/{told_below}") for below, told_below in _entries(Path(entry.path)))
        else:
            yield entry, told


def _odd(
    told: str, what: str, move: str, entry: os.DirEntry[str], month: str | None = None
) -> UnexpectedPath:
    if entry.is_file(follow_symlinks=False):
        return UnexpectedPath(told, OUTSIDE, month, path=Path(entry.path))
    finding = Finding("unknown_file", f"its name {what}, so it was not read", move)
    return UnexpectedPath(told, finding, month, path=Path(entry.path))
