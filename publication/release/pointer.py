"""Which release readers see: RELEASE/current, pointed by one rename at a release on record.

RELEASE/current.json says the same as a plain file, for those who reach the folder over a share and cannot
follow a link. It is written after the link: who reads it in between reads the release before, which is whole.
"""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from ingest import posix
from ingest.files import new_file, sha256_of
from ingest.ledger import Ledger, utc_now
from ingest.paths import FILE_MODE, WarehousePaths
from ingest.posix import on_disk

MANIFEST, CURRENT_ASIDE, POINTER = "manifest.json", ".current.aside", "current.json"
PUBLISHED, GONE_BACK_TO = "published", "gone back to"


class ReleaseNotFoundError(Exception):
    """The release asked for cannot be given; the message says which can, or what to do."""


@dataclass(frozen=True)
class Published:
    """One release on record: its number, the month reported, when it came out, whether readers see it."""

    release: int
    view_month: str
    published_at: str
    is_current: bool


def make_current(places: WarehousePaths, number: int) -> None:
    """Point readers at a release, in one rename; and then in the file that says so without a link."""
    posix.point(places.current, Path("releases") / f"{number:06d}", places.release / CURRENT_ASIDE)
    on_disk(places.release)
    _say_current(places, number)


def _say_current(places: WarehousePaths, number: int) -> None:
    said = {"release": number, "folder": f"releases/{number:06d}"}
    with new_file(places.release / POINTER, mode=FILE_MODE) as aside:
        aside.write_text(json.dumps(said) + "\n", encoding="utf-8")
        posix.give_mode(aside, FILE_MODE)  # readers share a group with whoever refreshes


def _said_current(places: WarehousePaths) -> int | None:
    """The release that the file names; None where it is not there or says nothing."""
    try:
        number = json.loads((places.release / POINTER).read_text(encoding="utf-8"))["release"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return number if isinstance(number, int) else None


def recover(places: WarehousePaths, ledger: Ledger) -> None:
    """Finish or clear what a killed refresh left: the release on record is made current, others removed."""
    recorded = ledger.table("releases").column("release_number").to_pylist()
    for path in places.releases.iterdir():
        if path.name.startswith(".") or number_of(path) not in recorded:
            shutil.rmtree(path)
    for path in places.first_published.iterdir():
        if number_of(path.with_suffix("")) not in recorded:
            path.unlink()
    (places.release / CURRENT_ASIDE).unlink(missing_ok=True)
    chosen = ledger.chosen()
    if chosen is not None and not chosen == current_number(places) == _said_current(places):
        make_current(places, chosen)


def releases(places: WarehousePaths, ledger: Ledger) -> list[Published]:
    """Every release on record, the newest first."""
    about = ledger.table("releases").to_pylist()
    out = {c["release_number"]: c["at"] for c in ledger.table("choices").to_pylist() if c["how"] == PUBLISHED}
    current = current_number(places)
    return [
        Published(
            r["release_number"],
            r["view_month"],
            out.get(r["release_number"], ""),
            r["release_number"] == current,
        )
        for r in reversed(about)
    ]


def rollback(places: WarehousePaths, ledger: Ledger, number: int) -> None:
    """Give readers an earlier (or again a later) release, as it was, byte for byte.

    Raises ReleaseNotFoundError.
    """
    on_record = [p.release for p in releases(places, ledger)]
    if number not in on_record:
        known = ", ".join(map(str, on_record)) or "none"
        raise ReleaseNotFoundError(f"there is no release {number}; on record: {known}")
    folder = places.releases / f"{number:06d}"
    if amiss := damaged(folder):
        raise ReleaseNotFoundError(
            f"release {number} is not as it was published ({amiss[0]}, {len(amiss)} in all); "
            f"restore {folder} from a backup"
        )
    with ledger.transaction():
        ledger.choose(number, GONE_BACK_TO, utc_now())
    make_current(places, number)


def damaged(folder: Path) -> list[str]:
    """The files of a release that are missing, added or changed since it was published."""
    try:
        said: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return [MANIFEST]
    held = {str(p.relative_to(folder)): p for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST}
    return sorted(name for name in said.keys() | held.keys() if _is_amiss(held.get(name), said.get(name)))


def _is_amiss(path: Path | None, sha256: str | None) -> bool:
    return path is None or sha256_of(path) != sha256


def current_number(places: WarehousePaths) -> int | None:
    """The number of the release that readers see; None before the first."""
    return number_of(places.current.resolve()) if places.current.exists() else None


def number_of(path: Path) -> int:
    """The number of a release by its folder; 0 where the folder is none."""
    return int(path.name) if re.fullmatch(r"\d{6}", path.name) else 0
