"""What was received is kept for so many months, its hash for ever.

Figures stand on what has landed, under pseudonyms: taking away the raw files of old months changes none.
"""

import json
import shutil
from dataclasses import dataclass
from hashlib import sha256

import pandas as pd

from ingest.discovery.raw_folder import RawFolder
from ingest.files import sha256_of
from ingest.landing.land import pending_months
from ingest.ledger import Ledger, utc_now
from ingest.paths import WarehousePaths

LOG = "purged.jsonl"


class PurgeRefusedError(Exception):
    """Nothing was taken away; the message says why and what to do."""


@dataclass(frozen=True)
class Purged:
    """What a purge came to; counts only."""

    months: tuple[str, ...]
    files: int
    size: int


def old_months(found: RawFolder, keep: int) -> tuple[str, ...]:
    """The months in the raw folder that are not among the `keep` up to the newest."""
    if not found.months:
        return ()
    first_kept = (pd.Period(found.months[-1], "M") - (keep - 1)).strftime("%Y-%m")
    return tuple(month for month in found.months if month < first_kept)


def purge(places: WarehousePaths, ledger: Ledger, found: RawFolder, keep: int) -> Purged:
    """Take away the raw files of old months, and what was opened from them as text. Raises PurgeRefusedError.

    Each file's name as it may be told, size and SHA-256 are written down before it goes. Receipts, landed
    records, figures as first published and releases stay as they are.
    """
    months = old_months(found, keep)
    unread = sorted(set(pending_months(found, ledger)) & set(months))
    if unread:
        raise PurgeRefusedError(
            f"{', '.join(unread)} has files that were never read, or have changed since; run "
            "`line-of-sight refresh` first, or take them away by hand"
        )
    held = [(f.reporting_month, f.file, f.path) for f in found.files if f.reporting_month in months]
    held += [(month, f.file, f.path) for month, _, f in found.others if month in months]
    size = 0
    with (places.restricted / LOG).open("a", encoding="utf-8") as log:
        for month, file, path in held:
            is_plain = path.is_file() and not path.is_symlink()
            of_file, digest = (
                (path.stat().st_size, sha256_of(path)) if is_plain else (0, sha256().hexdigest())
            )
            size += of_file
            at = utc_now()
            about = {"month": month, "file": file, "size": of_file, "sha256": digest}
            log.write(json.dumps(about | {"purged_at": at}) + "\n")
    for month in months:
        shutil.rmtree(places.raw / month)
        shutil.rmtree(places.opened / month, ignore_errors=True)
    return Purged(months, len(held), size)
