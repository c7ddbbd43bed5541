"""The lock that lets one refresh write at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ingest.paths import Places


class Busy(Exception):
    """Another refresh holds the warehouse."""


_held: dict[Path, tuple[IO[str], int]] = {}


@contextmanager
def only_refresh(places: Places) -> Iterator[None]:
    """Hold the warehouse for writing. A process that holds it may ask again; another is told Busy at once.

    The lock dies with its process, so a killed refresh leaves none behind.
    """
    file, depth = _held.get(places.lock, (None, 0))
    if file is None:
        file = places.lock.open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise Busy(
                "another refresh is running; wait for it to end, or look at it in the Dagster page"
            ) from None
    _held[places.lock] = (file, depth + 1)
    try:
        yield
    finally:
        if depth:
            _held[places.lock] = (file, depth)
        else:
            del _held[places.lock]
            file.close()
