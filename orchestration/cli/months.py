"""Close a month, and open it again."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from ingest.contracts.reporting_policy import InvalidPolicyError
from ingest.paths import WarehousePaths
from ingest.warehouse import months as month_states
from orchestration.cli.console import err, refused, with_progress
from orchestration.cli.group import main
from orchestration.cli.options import (
    engine_option,
    json_option,
    raw_option,
    reference_option,
    release_option,
    restricted_option,
)
from orchestration.cli.outcomes import exit_code, tell_outcome, tell_stopped
from orchestration.engine.spark import EngineError
from orchestration.pipeline import close_months, record_stop, reopen_months
from orchestration.runtime.error_messages import check_memory
from orchestration.runtime.outcome import Outcome
from orchestration.runtime.signals import graceful_shutdown

by_option = click.option("--by", "by_name", required=True, help="Who decides: a person's name.")


@main.command()
@click.argument("month")
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    metavar="CODE",
    help=(
        "Whose month, by name or code; may be given again.  "
        "[default: every authority whose month is not final]"
    ),
)
@by_option
@click.option("--reason", help="Why it is closed incomplete. It stands in the release and on the report.")
@click.option("--incomplete", is_flag=True, help="Close it although required returns have not come.")
@raw_option
@reference_option
@release_option
@restricted_option
@engine_option
@json_option
def close(
    month: str,
    authorities: tuple[str, ...],
    by_name: str,
    reason: str | None,
    incomplete: bool,
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    engine: str,
    as_json: bool,
) -> None:
    """Close MONTH (as 2025-03, or 2024-10..2025-03), and publish it as final.

    \b
    A closing stands on what had been received by then; no new file is read. It pins the figures as first
    published and lets them into the public pack of the release that it ends in. What comes later moves the
    figures of the restricted edition alone, until the month is opened again and closed again.

    \b
    Example:  line-of-sight close 2025-03 --by "A. Director"
    Exit codes:  as of refresh; 2 where it is refused, with the reason, and nothing is on record
    """
    places = WarehousePaths.of(raw, reference, release, restricted)
    settle(
        lambda asked, tell: close_months(places, asked, tell, engine),
        places, month, authorities, by_name, reason, incomplete, as_json,
    )  # fmt: skip


@main.command()
@click.argument("month")
@click.option(
    "--authority",
    "authorities",
    multiple=True,
    required=True,
    metavar="CODE",
    help="Whose month, by name or code; may be given again.",
)
@by_option
@click.option("--reason", required=True, help="Why. It stands in the release and on the report.")
@raw_option
@reference_option
@release_option
@restricted_option
@engine_option
@json_option
def reopen(
    month: str,
    authorities: tuple[str, ...],
    by_name: str,
    reason: str,
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    engine: str,
    as_json: bool,
) -> None:
    """Open a closed MONTH again, as 2025-03, and publish it as reopened.

    \b
    What was first published stands. The month leaves the public pack until it is closed again; both closings'
    figures are kept.

    \b
    Example:  line-of-sight reopen 2025-03 --authority 372 --by "A. Director" --reason "visits were sent late"
    """
    places = WarehousePaths.of(raw, reference, release, restricted)
    settle(
        lambda asked, tell: reopen_months(places, asked, tell, engine),
        places, month, authorities, by_name, reason, False, as_json,
    )  # fmt: skip


def settle(
    work: Callable[[month_states.Decision, Callable[[str], None]], Outcome],
    places: WarehousePaths,
    month: str,
    authorities: tuple[str, ...],
    by_name: str,
    reason: str | None,
    incomplete: bool,
    as_json: bool,
) -> None:
    """Put a decision on record and publish what follows, or say why not."""
    with refused(month_states.DecisionRefusedError, InvalidPolicyError, NotADirectoryError, EngineError):
        asked = month_states.Decision(
            month_states.months_in(month), by_name, authorities, (reason or "").strip() or None, incomplete
        )
        check_memory()
        with graceful_shutdown(lambda: record_stop(places), lambda: tell_stopped(places)):
            ended = with_progress(lambda tell: work(asked, tell), places.restricted)
    if as_json:
        click.echo(json.dumps(ended.as_json(), indent=1))
    else:
        tell_outcome(ended, places)
        if ended.state != "published":
            err.print("The decision is on record; the next refresh that is published follows it.")
    sys.exit(exit_code(ended))
