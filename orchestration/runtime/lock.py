"""The lock that lets one refresh write at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ingest.paths import WarehousePaths


class LockHeldError(Exception):
    """Another refresh holds the warehouse."""


@contextmanager
def refresh_lock(places: WarehousePaths) -> Iterator[None]:
    """Hold the warehouse for writing. A process that holds it may ask again; another is told at once.

    Raises LockHeldError.

    The lock dies with its process, so a killed refresh leaves none behind.
    """
    # one object a path: it counts how often this process has asked, whichever thread did
    lock = FileLock(places.lock, timeout=0, is_singleton=True, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise LockHeldError(
            "another refresh is running; wait for it to end, or look at it in the Dagster page"
        ) from None
    try:
        yield
    finally:
        lock.release()
