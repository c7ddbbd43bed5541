"""Who looked at children's records, when, and at what: a line each in the restricted zone, and no child."""

import getpass
import json
import os
from datetime import UTC, datetime
from typing import Any

from ingest import posix
from ingest.paths import WarehousePaths
from ingest.posix import on_disk


def note_access(places: WarehousePaths, asked: str, count: int, own_numbers: bool, **about: Any) -> None:
    """Add a line: `about` says whose, and which figure or day; `count` how many children or rows were shown.

    It is on the disk before anything is shown, so that nothing is seen that no line tells of.
    """
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": _who(),
        "asked": asked,
        **about,
        "count": count,
        "own_numbers": own_numbers,
    }
    handle = os.open(places.access_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, (json.dumps(line, default=str) + "\n").encode())
    finally:
        os.close(handle)
    on_disk(places.access_log)


def _who() -> str:
    """The account that asked; what it calls itself where the system does not list it."""
    return posix.account() or getpass.getuser()
