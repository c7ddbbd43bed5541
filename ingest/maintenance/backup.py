"""What a backup must hold, and putting it back. One table says of every entry which it is."""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ingest.files import new_folder, sha256_of
from ingest.maintenance.purge import LOG
from ingest.paths import WarehousePaths

LIST = "backup.json"  # SHA-256 of every file, by its place in the backup
# What cannot be made again. Without public_ledger the next pack might show what an earlier one hid.
KEPT = ("ledger.sqlite", "records", "first_published", "public_ledger", LOG)
# What a refresh, a report or the page makes again from those and the raw folder.
MADE_AGAIN = (
    "warehouse.duckdb", "warehouse.duckdb.wal", "reference", "dbt", "dagster", "dbt_tests.json", "reports",
    "work_lists", "error_reports", "refresh.lock", "page_address", "verdict.json", "gate_checks.json",
    "great_expectations", "data_docs",
)  # fmt: skip


class BackupError(Exception):
    """Nothing was copied, or what was copied is not whole; the message says why and what to do."""


@dataclass(frozen=True)
class Copied:
    """What a backup or a restore came to."""

    files: int
    size: int


def back_up(places: WarehousePaths, to: Path) -> Copied:
    """Copy what cannot be made again into a new folder, there whole or not at all. Raises BackupError.

    The caller holds the lock. The key is never copied: it belongs apart from every copy of the records.
    """
    if to.exists():
        raise BackupError(f"{to} is there already; name a new folder for each backup")
    if not places.ledger.exists():
        raise BackupError(f"nothing has been received in {places.release}; there is nothing to back up")
    with new_folder(to) as aside:
        for name, folder in _folders(places).items():
            if folder.exists() and name != "restricted":
                shutil.copytree(folder, aside / name, symlinks=True)
        (aside / "restricted").mkdir(mode=0o700)
        for name in KEPT:
            source, target = places.restricted / name, aside / "restricted" / name
            if source == places.ledger:
                # a plain copy of the file could miss what SQLite still holds beside it
                with closing(sqlite3.connect(source)) as ledger, closing(sqlite3.connect(target)) as copy:
                    ledger.backup(copy)
            elif source.is_dir():
                shutil.copytree(source, target)
            elif source.exists():
                shutil.copy2(source, target)
        sums = {str(path.relative_to(aside)): sha256_of(path) for path in _files(aside)}
        copied = Copied(len(sums), sum(path.stat().st_size for path in _files(aside)))
        (aside / LIST).write_text(json.dumps(sums, indent=0), encoding="utf-8")
    return copied


def restore(places: WarehousePaths, source: Path) -> Copied:
    """Put a backup back where nothing stands, and check every byte of it first. Raises BackupError."""
    try:
        sums: Mapping[str, str] = json.loads((source / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BackupError(f"{source} is no whole backup: its {LIST} cannot be read") from None
    held = {str(path.relative_to(source)): path for path in _files(source) if path.name != LIST}
    amiss = sorted(sums.keys() ^ held.keys())
    amiss += sorted(name for name in sums.keys() & held.keys() if sha256_of(held[name]) != sums[name])
    if amiss:
        raise BackupError(f"{len(amiss)} files of the backup are missing, added or changed: {amiss[0]}")
    for name, folder in _folders(places).items():
        if folder.exists() and any(folder.iterdir()) and (source / name).exists():
            raise BackupError(f"{folder} is not empty; move it away first: nothing is written over")
    for name, folder in _folders(places).items():
        if (source / name).exists():
            shutil.copytree(source / name, folder, symlinks=True, dirs_exist_ok=True)
    return Copied(len(sums), sum(path.stat().st_size for path in held.values()))


def _folders(places: WarehousePaths) -> dict[str, Path]:
    return {
        "raw": places.raw,
        "reference": places.reference,
        "release": places.release,
        "restricted": places.restricted,
    }


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
