"""What breaks in an asset is told by its kind and its place in our code, and by nothing else.

A parser, a cast and a database quote the value or the whole row that they broke on. Dagster would keep those
words in its storage, show them on its page and print them in the log.
"""

import inspect
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import dagster as dg

from ingest.contracts.reporting_policy import InvalidPolicyError
from ingest.privacy.key_file import InvalidKeyError
from ingest.warehouse.months import DecisionRefusedError
from orchestration.runtime.dbt_build import BuildError
from orchestration.runtime.error_messages import diagnose
from orchestration.runtime.lock import LockHeldError

OURS = (
    dg.Failure,
    BuildError,
    LockHeldError,
    InvalidKeyError,
    InvalidPolicyError,
    DecisionRefusedError,
)  # worded here, from names and counts
ROOT = Path(__file__).parents[2]
P = ParamSpec("P")
T = TypeVar("T")


def redact_errors(work: Callable[P, T]) -> Callable[P, T]:
    """Decorate an asset, beneath Dagster's own decorator, so that no error of it says more than it may."""

    def watch(*given: P.args, **named: P.kwargs) -> Any:
        with _quoting_nothing():
            return work(*given, **named)

    def watch_each(*given: P.args, **named: P.kwargs) -> Iterator[Any]:
        with _quoting_nothing():
            yield from work(*given, **named)  # type: ignore[misc]

    return wraps(work)(watch_each if inspect.isgeneratorfunction(work) else watch)


@contextmanager
def _quoting_nothing() -> Iterator[None]:
    try:
        yield
    except OURS as worded:
        raise worded from None
    except Exception as error:
        # from None, or the error goes with it: whatever a `with` block hands over is still being handled
        raise dg.Failure(kind_and_place(error), allow_retries=False) from None


def kind_and_place(error: BaseException) -> str:
    """An error without its words: its kind, and the last line of our own code that it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(ROOT) and ".venv" not in f.filename]
    place = f" at {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else ""
    trouble = diagnose(f"{type(error).__name__}: {error}")
    sign = f" ({trouble})" if trouble else ""
    return f"{type(error).__name__}{place}{sign}; its own words are withheld, since they may quote a record"
