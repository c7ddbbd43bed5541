"""What breaks in an asset is told by its kind and its place in our code, and by nothing else.

A parser, a cast and a database quote the value or the whole row that they broke on. Dagster would keep those
words in its storage, show them on its page and print them in the log.
"""

import inspect
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import dagster as dg

from ingest.contracts.limits import InvalidLimitsError
from ingest.contracts.reporting_policy import InvalidPolicyError
from ingest.contracts.settings import InvalidSettingsError
from ingest.ledger import NewerLedgerError
from ingest.privacy.key_file import InvalidKeyError
from ingest.warehouse.months import DecisionRefusedError
from orchestration.runtime.dbt_build import BuildError
from orchestration.runtime.error_messages import WordedError, diagnose
from orchestration.runtime.lock import LockHeldError
from orchestration.runtime.retries import again

OURS = (
    dg.Failure,
    BuildError,
    LockHeldError,
    InvalidKeyError,
    InvalidLimitsError,
    InvalidPolicyError,
    InvalidSettingsError,
    DecisionRefusedError,
    NewerLedgerError,
)  # worded here, from names and counts
ROOT = Path(__file__).parents[2]
P = ParamSpec("P")
T = TypeVar("T")


def redact_errors(work: Callable[P, T]) -> Callable[P, T]:
    """Decorate an asset, beneath Dagster's own decorator, so that no error of it says more than it may.

    What passes by itself asks Dagster for another try.
    """

    def watch(*given: P.args, **named: P.kwargs) -> Any:
        with _quoting_nothing(_context_of(given, named)):
            return work(*given, **named)

    def watch_each(*given: P.args, **named: P.kwargs) -> Iterator[Any]:
        with _quoting_nothing(_context_of(given, named)):
            yield from work(*given, **named)  # type: ignore[misc]

    return wraps(work)(watch_each if inspect.isgeneratorfunction(work) else watch)


def _context_of(given: tuple[Any, ...], named: Mapping[str, Any]) -> Any:
    """Dagster's context of the step; None where it runs outside of one."""
    context = named.get("context", given[0] if given else None)
    return context if hasattr(context, "retry_number") else None


@contextmanager
def _quoting_nothing(context: Any = None) -> Iterator[None]:
    try:
        yield
    except dg.RetryRequested:
        raise
    except OURS as worded:
        if request := again(context, worded):
            raise request from None
        raise worded from None
    except Exception as error:
        if request := again(context, error):
            raise request from None
        # from None, or the error goes with it: whatever a `with` block hands over is still being handled
        raise dg.Failure(kind_and_place(error), allow_retries=False) from None


def kind_and_place(error: BaseException) -> str:
    """An error without its words, unless they are ours: its kind, and the last line of our code it passed."""
    if isinstance(error, WordedError):
        return " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).is_relative_to(ROOT) and ".venv" not in f.filename]
    place = f" at {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else ""
    trouble = diagnose(f"{type(error).__name__}: {error}")
    sign = f" ({trouble})" if trouble else ""
    return f"{type(error).__name__}{place}{sign}; its own words are withheld, since they may quote a record"
