"""A warehouse is backed up, lost, put back and refreshed.

Floor: every figure of the release and of the public pack is the same, nothing hidden is shown again, and
every folder is open to whom the table of modes says.
"""

import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb

from ingest.paths import FILE_MODE, FOLDER_MODE, WarehousePaths
from synthetic import invent
from tests.support.acceptance_worlds import workshop
from tests.support.command import close, line_of_sight, refresh

MONTHS = ["2025-02", "2025-03"]


def main() -> int:
    with workshop() as base:
        invent(3, MONTHS, 40, 11, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        where = [
            *("--raw", str(places.raw), "--reference", str(places.reference)),
            *("--release", str(places.release)),
        ]
        ended = refresh(places)
        print(f"refresh: exit {ended.returncode}")
        for month in MONTHS:
            ended = close(places, month, "--incomplete", "--reason", "an invented world")
            print(f"close {month}: exit {ended.returncode}")
        before, public, hidden = figures(places), pack(places), shown(places)
        wrong = modes_amiss(places)
        copied = line_of_sight("backup", *where, "--to", str(base / "backup"))
        print(copied.stdout.strip() or copied.stderr.strip())
        for lost in (places.raw, places.reference, places.release, places.restricted):
            shutil.rmtree(lost)
        again = line_of_sight("restore", *where, "--from", str(base / "backup"))
        print(again.stdout.strip() or again.stderr.strip())
        ended = refresh(places)
        print(f"refresh: exit {ended.returncode}")
        different = len(before ^ figures(places))
        repacked = sum(a != b for a, b in zip(public, pack(places), strict=True))
        reshown = len(shown(places) - hidden)
        wrong += modes_amiss(places)
    print(
        f"figures {len(before)}, different {different}; files of the pack {len(public)}, different {repacked}"
    )
    print(f"cells of the pack shown now and not before: {reshown}; modes amiss: {len(wrong)} {wrong[:5]}")
    return 1 if different or repacked or reshown or wrong or not before or not public else 0


def figures(places: WarehousePaths) -> set[tuple[Any, ...]]:
    """Every figure that readers get, the number of the release left out."""
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return set(db.sql("from fct_indicator_values").fetchall())


def pack(places: WarehousePaths) -> list[bytes]:
    """The data files of the public pack, in order of name."""
    return [path.read_bytes() for path in sorted((places.current / "public").rglob("*.csv"))]


def shown(places: WarehousePaths) -> set[str]:
    """Every line of the pack's data."""
    return {line for content in pack(places) for line in content.decode().splitlines()}


def modes_amiss(places: WarehousePaths) -> list[str]:
    """Folders and files whose mode is not that of the table."""
    amiss = [str(p) for p, mode in places.modes.items() if p.exists() and _mode(p) != mode]
    for path in places.restricted.rglob("*"):
        if not path.is_symlink() and _mode(path) & 0o077:
            amiss.append(str(path.relative_to(places.restricted)))
    for path in places.releases.rglob("*"):
        if _mode(path) != (FOLDER_MODE if path.is_dir() else FILE_MODE):
            amiss.append(str(path.relative_to(places.releases)))
    return amiss


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


if __name__ == "__main__":
    sys.exit(main())
