"""Run the refresh job in this process, from landing to release, and say how it ended."""

import gc
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from expectations.verdict import GateDecision
from ingest.contracts.limits import limits
from ingest.contracts.reporting_policy import Policies, read_policies
from ingest.discovery import raw_folder
from ingest.discovery.returns import sort_files
from ingest.landing.land import pending_months
from ingest.ledger import Ledger, MonthEvent, Override, utc_now
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, pseudonyms_for
from ingest.warehouse import months
from orchestration.engine import SPARK, spark
from orchestration.runtime import progress
from orchestration.runtime.cause import cause_of
from orchestration.runtime.dagster_home import BY_COMMAND, cancel_orphaned_runs, use_dagster_home
from orchestration.runtime.error_messages import trouble_in
from orchestration.runtime.lock import refresh_lock
from orchestration.runtime.outcome import Outcome, read_outcome
from publication.release.pointer import (
    MANIFEST,
    Published,
    ReleaseNotFoundError,
    current_number,
    recover,
    releases,
    rollback,
)

if TYPE_CHECKING:
    import dagster as dg

REFUSALS = ("release: withheld: ", "gate: the suite ")
_stopped = Event()  # the refresh in this process was: how it ends after that is no outcome
_instances: list["dg.DagsterInstance"] = []  # of the refresh in this process, once it runs


class NothingToReportError(Exception):
    """There is no month to report; the message says where it was looked for."""


def refresh_warehouse(
    places: WarehousePaths,
    month: str | None,
    tell: Callable[[str], None],
    key: Path | None = None,
    overrides: Sequence[Override] = (),
    engine: str | None = None,
) -> Outcome:
    """Refresh one warehouse. `key` names the file of the key, where it is not in its usual place.

    `engine` is what works out the models, where that is not DuckDB.

    Raises LockHeldError where another holds the warehouse, NothingToReportError where there is no month, and
    before anything is written EngineError, InvalidKeyError, where ids could not be made pseudonyms,
    InvalidPolicyError or InvalidLimitsError.
    """
    pseudonyms_for(places.key_id, key)
    read_policies(places.reference)
    limits()
    if engine == SPARK:
        spark.check()
    places.prepare()
    with refresh_lock(places):
        ledger = Ledger(places.ledger)
        try:
            recover(places, ledger)
            still = raw_folder.only_still(raw_folder.look(places.raw))
            found = sort_files(still, ledger.read_before())
            newest = month or (found.months[-1] if found.months else None)
            if newest is None or newest not in found.months:
                raise NothingToReportError(
                    f"there is no folder for {month} in {places.raw}"
                    if month
                    else f"no month folders in {places.raw}"
                )
            lasting = [replace(o, until_month=o.until_month or newest) for o in overrides]
            with progress.subscribed(tell):
                ops = {"load_sources": {"config": {"overrides": [asdict(o) for o in lasting]}}}
                cause = cause_of(places, still, key)
                outcome = _run_job(places, ledger, found, newest, key_file(key), "refresh", ops, engine)
            _put_on_record(ledger, outcome, cause)
            return outcome
        finally:
            ledger.close()


def close_months(
    places: WarehousePaths,
    asked: months.Decision,
    tell: Callable[[str], None],
    engine: str | None = None,
) -> Outcome:
    """Close months, and publish what follows from it, of what had been received by then: no file is read.

    Raises DecisionRefusedError, InvalidPolicyError, EngineError or LockHeldError; then nothing is on record.
    """
    given = {"incomplete": asked.is_incomplete, "policy": asked.policy or ""}
    return _decide(places, asked, months.close, "close_months", "closings", given, tell, engine)


def reopen_months(
    places: WarehousePaths,
    asked: months.Decision,
    tell: Callable[[str], None],
    engine: str | None = None,
) -> Outcome:
    """Open closed months again, and publish what follows from it. Raises as close_months does."""
    return _decide(places, asked, months.reopen, "reopen_months", "reopenings", {}, tell, engine)


def _decide(
    places: WarehousePaths,
    asked: months.Decision,
    decide: Callable[[Ledger, Policies, months.Decision], list[MonthEvent]],
    job: str,
    op: str,
    given: Mapping[str, Any],
    tell: Callable[[str], None],
    engine: str | None,
) -> Outcome:
    if engine == SPARK:
        spark.check()
    policies = read_policies(places.reference)
    if not places.ledger.exists():
        raise months.DecisionRefusedError(
            f"nothing has been received in {places.release}; "
            "run line-of-sight refresh, and look before you close"
        )
    places.prepare()
    with refresh_lock(places), closing(Ledger(places.ledger)) as ledger:
        recover(places, ledger)
        decide(ledger, policies, asked)  # refused here, it costs no run
        newest = max(ledger.table("folders").column("reporting_month").to_pylist())
        found = raw_folder.look(places.raw) if places.raw.is_dir() else raw_folder.RawFolder((), (), ())
        found = sort_files(found, ledger.read_before())
        decision = {
            "month": f"{asked.months[0]}..{asked.months[-1]}",
            "by_name": asked.by_name,
            "authorities": list(asked.la_codes),
            "reason": asked.reason or "",
            **given,
        }
        ops = {op: {"config": decision}}
        with progress.subscribed(tell):
            outcome = _run_job(places, ledger, found, newest, key_file(None), job, ops, engine)
        _put_on_record(ledger, outcome)
        return outcome


def _put_on_record(ledger: Ledger, ended: Outcome, cause: str | None = None) -> None:
    if _stopped.is_set():  # Dagster hears of it before the process ends, and fails its run
        return
    reasons = "\n".join(ended.reasons) or None
    with suppress(sqlite3.Error):  # a full disk: how it ended is told all the same
        ledger.add_refresh(ended.month, ended.state, reasons, utc_now(), ended.run_id, cause)


def record_stop(places: WarehousePaths) -> None:
    """Put on record, in the ledger and in Dagster, that the refresh in this process was stopped."""
    _stopped.set()
    with closing(Ledger(places.ledger)) as ledger:
        ledger.add_refresh(None, "stopped", None, utc_now())
    if _instances:
        cancel_orphaned_runs(_instances[-1], is_stopped=True)


def list_releases(places: WarehousePaths) -> list[Published]:
    """Every release on record, the newest first.

    Raises ReleaseNotFoundError where nothing was ever published here.
    """
    with _open_ledger(places) as ledger:
        return releases(places, ledger)


def rollback_to(places: WarehousePaths, number: int) -> None:
    """Give readers another release on record. Raises LockHeldError or ReleaseNotFoundError."""
    with _open_ledger(places) as ledger, refresh_lock(places):
        recover(places, ledger)
        rollback(places, ledger, number)


@contextmanager
def _open_ledger(places: WarehousePaths) -> Iterator[Ledger]:
    if not places.ledger.exists():
        raise ReleaseNotFoundError(
            f"no release has been published in {places.release}; run `line-of-sight refresh`"
        )
    places.prepare()
    with closing(Ledger(places.ledger)) as ledger:
        yield ledger


def _run_job(
    places: WarehousePaths,
    ledger: Ledger,
    found: raw_folder.RawFolder,
    newest: str,
    key: Path,
    job_name: str,
    ops: Mapping[str, Any],
    engine: str | None = None,
) -> Outcome:
    progress.tell("loading the pipeline")
    use_dagster_home(places)
    gc.disable()  # what a run makes lives until it ends: looking through it took a twelfth of the time
    # Dagster and dbt take seconds to import: only a refresh pays for them
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.defs.checks import VERDICT_FILE
    from orchestration.resources import Warehouse, remember_found

    Thread(target=_load_what_comes_last).start()
    instance = dg.DagsterInstance.get()
    cancel_orphaned_runs(instance)
    _instances[:] = [instance]
    verdict_file = places.restricted / VERDICT_FILE
    verdict_file.unlink(missing_ok=True)
    if job_name == "refresh":
        pending = [m for m in pending_months(found, ledger) if m <= newest]
        progress.tell(f"reading {', '.join(pending) or 'nothing new'}; reporting {newest}")
    job = defs.resolve_job_def(job_name)
    run_id = str(uuid4())
    remember_found(run_id, places.raw, found)
    with spark.ended(places) if engine == SPARK else nullcontext():
        run = job.execute_in_process(
            run_id=run_id,
            run_config={
                "ops": dict(ops),
                # the terminal hears of progress and errors from us: Dagster's own may quote anything
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            resources={
                "warehouse": Warehouse(
                    raw=str(places.raw),
                    reference=str(places.reference),
                    release=str(places.release),
                    restricted=str(places.restricted),
                    key=str(key),
                    engine=engine or "",
                )
            },
            instance=instance,
            tags=BY_COMMAND,
            partition_key=newest if job_name == "refresh" else None,
            raise_on_error=False,
        )
    gc.enable()
    release = current_number(places)
    if run.success:
        verdict = GateDecision.read(verdict_file)
        unsure = [o.in_words for o in verdict.outcomes if o.state == "crashed" or o.is_not_asked]
        said = json.loads((places.current / MANIFEST).read_text(encoding="utf-8"))
        states = Counter(m["month_state"] for m in said["months"] if m["reporting_month"] == newest)
        told = read_outcome(places, newest, release, unsure)
        return replace(
            told,
            run_id=run_id,
            month_states=dict(sorted(states.items())),
            public_month=said["public_month"],
            public_pack=said["public_pack"],
        )
    if verdict_file.exists() and not (verdict := GateDecision.read(verdict_file)).is_good:
        return Outcome("withheld", newest, release, verdict.reasons, run_id=run_id)
    state, broken = outcome_of_failure([e for e in run.all_events if e.is_step_failure], places)
    return Outcome(state, newest, release, broken, run_id=run_id)


def outcome_of_failure(events: Sequence[Any], places: WarehousePaths) -> tuple[str, tuple[str, ...]]:
    """Withheld or broken, and why, from the events of the steps that failed."""
    broken = tuple(_why(event, places) for event in events)
    is_withheld = bool(broken) and all(why.startswith(REFUSALS) for why in broken)
    return "withheld" if is_withheld else "broken", broken


def _load_what_comes_last() -> None:
    """Load what only judging and publishing need, in seconds when landing waits for DuckDB and the disk.

    Whoever needs them says so with an import of their own: one that fails here fails there, and is told.
    """
    for name in ("expectations.gate", "publication.public_pack.write"):
        with suppress(Exception):
            import_module(name)


def _why(event: Any, places: WarehousePaths) -> str:
    """The step and the kind of error; the message only of errors of our own, which never quote a cell."""
    error = event.step_failure_data.error
    innermost = error.cause or error
    if trouble := trouble_in(f"{innermost.cls_name}: {innermost.message}", places):
        return f"{event.step_key}: {trouble}"
    ours = innermost.cls_name in {
        "Failure",
        "BuildError",
        "EngineError",
        "ReleaseBlockedError",
        "LockHeldError",
        "NewerLedgerError",
        "NotADirectoryError",
        "DecisionRefusedError",
        "InvalidKeyError",
        "InvalidLimitsError",
        "InvalidPolicyError",
        "InvalidSettingsError",
    }
    said = innermost.message.split(": ", 1)[-1].strip() if ours else innermost.cls_name
    return f"{event.step_key}: {said}"
