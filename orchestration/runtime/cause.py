"""What a refresh reads, as a digest: one that failed is asked again when this has changed, and not before."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from ingest.contracts.limits import OWN as LIMITS
from ingest.contracts.settings import InvalidSettingsError, find_settings
from ingest.discovery.raw_folder import RawFile, RawFolder, UnmappedFile
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file

TAG = "line_of_sight/cause"  # of the run that was asked for it


def cause_of(places: WarehousePaths, found: RawFolder, key: Path | None = None) -> str:
    """A digest of how returns, reference files, settings, limits and key look. Opens none of them."""
    return hashlib.sha256("\n".join(_looks(places, found, key)).encode()).hexdigest()


def _looks(places: WarehousePaths, found: RawFolder, key: Path | None) -> Iterator[str]:
    files: list[RawFile | UnmappedFile] = [*found.files, *(other for _, _, other in found.others)]
    for file in files:
        yield f"{file.file}|{file.size}|{file.mtime_ns}"
    beside = sorted(path for path in places.reference.rglob("*") if path.is_file())
    try:
        settled = [find_settings(), key or key_file()]
    except InvalidSettingsError as refused:
        yield str(refused)
        settled = []
    for path in [*beside, *settled, Path(os.environ.get(LIMITS, ""))]:
        if path is not None and path.is_file():
            about = path.stat()
            yield f"{path}|{about.st_size}|{about.st_mtime_ns}"
