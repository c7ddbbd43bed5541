"""What passes is tried again with longer waits; what does not, and what a person waits for, is not."""

from types import SimpleNamespace

import dagster as dg
import duckdb
import pytest

from orchestration.runtime import retries
from orchestration.runtime.dagster_home import BY_COMMAND
from orchestration.runtime.error_redaction import redact_errors
from orchestration.runtime.lock import LockHeldError
from orchestration.runtime.retries import passes


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (LockHeldError("another refresh is running"), True),
        (OSError(116, "Stale file handle"), True),
        (OSError(5, "Input/output error"), True),
        (duckdb.IOException("IO Error: Could not set lock on file"), True),
        (OSError(28, "No space left on device"), False),
        (PermissionError(13, "Permission denied"), False),
        (ValueError("Input/output error"), False),  # a cell may say anything
    ],
)
def test_what_passes_is_told_from_what_does_not(error: Exception, expected: bool) -> None:
    assert passes(error) is expected


def tries_of(error: Exception, times: int, tags: dict[str, str] | None = None) -> tuple[int, bool, str]:
    """How often a step was tried that fails so many times, whether it ended well, and what it said."""
    tried = 0

    @dg.asset
    @redact_errors
    def landed(context: dg.AssetExecutionContext) -> None:
        nonlocal tried
        tried += 1
        if tried <= times:
            raise error

    with dg.DagsterInstance.ephemeral() as instance:
        run = dg.materialize([landed], instance=instance, raise_on_error=False, tags=tags)
        said = "".join(str(e.step_failure_data.error) for e in run.all_events if e.is_step_failure)
    return tried, run.success, said


def test_a_lock_is_waited_for_and_the_waits_double(monkeypatch: pytest.MonkeyPatch) -> None:
    context = SimpleNamespace(retry_number=0, run=SimpleNamespace(tags={}))
    waits = []
    while request := retries.again(context, LockHeldError("busy")):
        waits.append(request.seconds_to_wait)
        context.retry_number += 1
    assert waits == [30, 60, 120, 240, 480]
    monkeypatch.setattr(retries, "FIRST_WAIT", 0.01)

    tried, is_good, _ = tries_of(LockHeldError("another refresh is running"), 2)

    assert (tried, is_good) == (3, True)


def test_the_last_try_says_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_WAIT", 0.001)

    tried, is_good, said = tries_of(LockHeldError("another refresh is running"), 99)

    assert (tried, is_good) == (1 + retries.MOST, False)
    assert "another refresh is running" in said


def test_a_full_disk_and_a_person_are_told_at_once() -> None:
    assert tries_of(OSError(28, "No space left on device"), 1)[:2] == (1, False)
    assert tries_of(LockHeldError("busy"), 1, dict(BY_COMMAND))[:2] == (1, False)
