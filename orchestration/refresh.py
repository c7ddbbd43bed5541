"""Run the refresh job in this process, from landing to release, and say how it ended."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from expectations.verdict import Verdict
from ingest import raw_folder
from ingest.land import pending_months
from ingest.ledger import Ledger
from ingest.places import Places
from orchestration import progress
from orchestration.instance import use_dagster_home
from orchestration.lock import only_refresh
from orchestration.release import current_number, recover


@dataclass(frozen=True)
class Outcome:
    """How a refresh ended: published, withheld or broken; the release now current; the reasons in words."""

    state: str
    month: str
    release: int | None
    reasons: tuple[str, ...] = ()
    findings: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def refresh_warehouse(places: Places, month: str | None, tell: Callable[[str], None]) -> Outcome:
    """Refresh one warehouse. Raises Busy where another holds it, ValueError where nothing can be reported."""
    places.prepare()
    with only_refresh(places):
        ledger = Ledger(places.ledger)
        try:
            recover(places, ledger)
            found = raw_folder.look(places.raw)
            newest = month or (found.months[-1] if found.months else None)
            if newest is None or newest not in found.months:
                raise ValueError(
                    f"there is no folder for {month} in {places.raw}"
                    if month
                    else f"no month folders in {places.raw}"
                )
            with progress.listening(tell):
                outcome = _run_job(places, ledger, found, newest)
            reasons = "\n".join(outcome.reasons) or None
            ledger.add_refresh(
                newest, outcome.state, reasons, datetime.now(UTC).isoformat(timespec="seconds")
            )
            return outcome
        finally:
            ledger.close()


def _run_job(places: Places, ledger: Ledger, found: raw_folder.RawFolder, newest: str) -> Outcome:
    progress.tell("loading the pipeline")
    use_dagster_home(places)
    # Dagster and dbt take seconds to import: only a refresh pays for them
    import dagster as dg

    from orchestration.assets.quality_gate import VERDICT_FILE
    from orchestration.definitions import defs
    from orchestration.resources import Warehouse

    verdict_file = places.restricted / VERDICT_FILE
    verdict_file.unlink(missing_ok=True)
    months = [m for m in pending_months(found, ledger) if m <= newest]
    progress.tell(f"reading {', '.join(months) or 'nothing new'}; reporting {newest}")
    job = defs.resolve_job_def("refresh")
    run = job.execute_in_process(
        run_config={
            "ops": {"lay_out": {"config": {"month": newest}}},
            # the terminal hears of progress from us, and of errors from us: Dagster's own may quote anything
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        resources={
            "warehouse": Warehouse(
                raw=str(places.raw),
                reference=str(places.reference),
                release=str(places.release),
                restricted=str(places.restricted),
            )
        },
        instance=dg.DagsterInstance.get(),
        partition_key=newest,
        raise_on_error=False,
    )
    release = current_number(places)
    if run.success:
        findings = sum(r for r in ledger.table("receipts").column("finding_count").to_pylist())
        return Outcome("published", newest, release, findings=findings)
    if verdict_file.exists() and not (verdict := Verdict.read(verdict_file)).is_good:
        reasons = tuple(f"{o.sentence} ({o.check} on {o.subject}: {_how(o)})" for o in verdict.blocking)
        return Outcome("withheld", newest, release, reasons)
    broken = [_why(e) for e in run.all_events if e.is_step_failure]
    withheld = all(why.startswith("release: withheld: ") for why in broken)
    return Outcome("withheld" if broken and withheld else "broken", newest, release, tuple(broken))


def _how(outcome: Any) -> str:
    return outcome.state + (f", {outcome.violations} found" if outcome.violations is not None else "")


def _why(event: Any) -> str:
    """The step and the kind of error; the message only of errors of our own, which never quote a cell."""
    error = event.step_failure_data.error
    innermost = error.cause or error
    ours = innermost.cls_name in {"Failure", "BuildFailed", "NotEarned", "Busy", "NotADirectoryError"}
    said = innermost.message.split(": ", 1)[-1].strip() if ours else innermost.cls_name
    return f"{event.step_key}: {said}"
