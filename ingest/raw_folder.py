"""Find what has arrived: raw/<YYYY-MM>/<la_code>/<return_name>.csv, and whatever else lies in the way."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ingest.findings import Finding
from ingest.return_format import submitted_formats

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
AUTHORITY = re.compile(r"\d{3}")
SUFFIXES = (".csv", ".parquet")


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


@dataclass(frozen=True)
class Oddity:
    """Something in the raw folder that is not a return, with what to do about it."""

    file: str
    finding: Finding
    reporting_month: str | None = None
    la_code: str | None = None


@dataclass(frozen=True)
class RawFolder:
    """Everything found under raw/, in a fixed order."""

    files: tuple[RawFile, ...]
    folders: tuple[tuple[str, str], ...]  # (reporting month, authority) of every folder, empty ones too
    oddities: tuple[Oddity, ...]

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


def look(raw: Path) -> RawFolder:
    """Walk the raw folder. Opens no file, follows no link. Raises NotADirectoryError where there is none."""
    if not raw.is_dir():
        raise NotADirectoryError(f"there is no raw folder at {raw}")
    files: list[RawFile] = []
    folders: list[tuple[str, str]] = []
    oddities: list[Oddity] = []
    for month in _entries(raw):
        if not (MONTH.fullmatch(month.name) and month.is_dir(follow_symlinks=False)):
            oddities.append(_odd(month, raw, "is not a month", "name month folders YYYY-MM, as 2025-04"))
            continue
        for authority in _entries(Path(month.path)):
            if not (AUTHORITY.fullmatch(authority.name) and authority.is_dir(follow_symlinks=False)):
                move = "name authority folders by the three-digit DfE code, as 372"
                oddities.append(_odd(authority, raw, "is not an authority", move, month.name))
                continue
            folders.append((month.name, authority.name))
            for entry in _entries(Path(authority.path)):
                name, dot, suffix = entry.name.rpartition(".")
                if name not in submitted_formats() or dot + suffix.lower() not in SUFFIXES:
                    move = "returns are named as in docs/returns, with the ending .csv or .parquet"
                    where = (month.name, authority.name)
                    oddities.append(_odd(entry, raw, "is not the name of a return", move, *where))
                    continue
                about = entry.stat(follow_symlinks=False)
                files.append(
                    RawFile(
                        path=Path(entry.path),
                        file=os.path.relpath(entry.path, raw),
                        reporting_month=month.name,
                        la_code=authority.name,
                        return_name=name,
                        size=about.st_size,
                        mtime_ns=about.st_mtime_ns,
                        inode=about.st_ino,
                    )
                )
    return RawFolder(tuple(files), tuple(folders), tuple(oddities))


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        yield from sorted((e for e in entries if not e.name.startswith(".")), key=lambda e: e.name)


def _odd(
    entry: os.DirEntry[str],
    raw: Path,
    what: str,
    move: str,
    month: str | None = None,
    la_code: str | None = None,
) -> Oddity:
    finding = Finding("unknown_file", f"its name {what}, so it was not read", move)
    return Oddity(os.path.relpath(entry.path, raw), finding, month, la_code)
