"""What breaks a reader is of the file that was read, unless the machine itself could not go on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from ingest.contracts.findings import RejectedFileError
from ingest.contracts.limits import InvalidLimitsError

# The words by which Linux, SQLite, DuckDB and Arrow say what the machine could not do.
TOO_LARGE_A_FILE = ("file too large",)
NO_ROOM = ("no space left on device", "disk is full", "disk quota exceeded")
NOT_WRITABLE = ("read-only file system", "readonly database")
NOT_ALLOWED = ("permission denied", "operation not permitted", "unable to open database file")
NO_MEMORY = (
    "out of memory", "memoryerror", "cannot allocate memory", "failed to allocate", "malloc of size",
    "bad_alloc", "can't start new thread", "failed to map segment", "resource temporarily unavailable",
    "thread constructor failed",
)  # fmt: skip
NO_ANSWER = ("input/output error", "disk i/o error", "stale file handle", "transport endpoint")
SIGNS = (*TOO_LARGE_A_FILE, *NO_ROOM, *NOT_WRITABLE, *NOT_ALLOWED, *NO_MEMORY, *NO_ANSWER)
# Only of these are the words looked at: an error of a parser may quote a cell, which could say anything.
SPEAK_OF_THE_MACHINE = (
    OSError, RuntimeError, SystemError, duckdb.IOException, duckdb.OutOfMemoryException,
)  # fmt: skip


class Broke(RejectedFileError):
    """A file on which a reader broke in a way that nobody foresaw. It is tried again by the next refresh."""


def is_of_the_machine(error: BaseException) -> bool:
    """Whether the memory, a disk or the ledger failed: then the refresh ends, and no file is to blame."""
    if isinstance(error, MemoryError | sqlite3.Error | InvalidLimitsError):
        return True
    said = f"{type(error).__name__}: {error}".lower()
    return isinstance(error, SPEAK_OF_THE_MACHINE) and any(sign in said for sign in SIGNS)


@contextmanager
def of_this_file() -> Iterator[None]:
    """Inside, an error that is not of the machine becomes Broke, which names its kind and quotes nothing."""
    try:
        yield
    except RejectedFileError:
        raise
    except Exception as error:
        if is_of_the_machine(error):
            raise
        raise Broke(
            f"what reads it broke on it ({type(error).__name__}); open it, save it again and send that, "
            "and if that does not help, tell whoever maintains Line of Sight the kind of error"
        ) from None
