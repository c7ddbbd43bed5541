"""What passes is tried again, each time after twice as long: a lock, a share that is away. No more is."""

from typing import Any

import dagster as dg
import duckdb

from ingest.file_errors import NO_ANSWER, SPEAK_OF_THE_MACHINE
from orchestration.runtime.dagster_home import BY_COMMAND
from orchestration.runtime.lock import LockHeldError

MOST = 5
FIRST_WAIT = 30  # seconds; with the doubling, a quarter of an hour in all
A_LOCK = "could not set lock"  # DuckDB's words where another process writes the file


def passes(error: BaseException) -> bool:
    """Whether an error may be gone in a while, with nothing mended."""
    if isinstance(error, LockHeldError):
        return True
    said = str(error).lower()
    if isinstance(error, duckdb.IOException) and A_LOCK in said:
        return True
    return isinstance(error, SPEAK_OF_THE_MACHINE) and any(sign in said for sign in NO_ANSWER)


def again(context: Any, error: BaseException) -> dg.RetryRequested | None:
    """The request to run the step again, of a run that Dagster started; None where its end is the answer.

    A person at a terminal is told at once.
    """
    if context is None or not passes(error):
        return None
    if context.retry_number >= MOST or BY_COMMAND.items() <= context.run.tags.items():
        return None
    return dg.RetryRequested(max_retries=MOST, seconds_to_wait=FIRST_WAIT * 2**context.retry_number)
