"""Land, work out, check and publish."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from ingest.contracts.limits import InvalidLimitsError
from ingest.contracts.reporting_policy import InvalidPolicyError
from ingest.ledger import NewerLedgerError
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import InvalidKeyError
from orchestration.cli.console import BUSY, err, with_progress
from orchestration.cli.group import main
from orchestration.cli.options import (
    MONTH,
    engine_option,
    json_option,
    key_option,
    raw_option,
    reference_option,
    release_option,
    restricted_option,
)
from orchestration.cli.outcomes import exit_code, tell_outcome, tell_stopped
from orchestration.engine.spark import EngineError
from orchestration.overrides import overrides_of
from orchestration.pipeline import NothingToReportError, record_stop, refresh_warehouse
from orchestration.runtime.error_messages import check_memory, in_words
from orchestration.runtime.lock import LockHeldError
from orchestration.runtime.signals import graceful_shutdown


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@key_option
@click.option("--month", type=MONTH, help="The month to report.  [default: the newest folder in RAW]")
@click.option(
    "--override",
    "overrides",
    multiple=True,
    metavar="GROUND:AUTHORITY:RETURN",
    help="Give the figures that GROUND holds for RETURN. Needs --reason and --by; may be given again.",
)
@click.option("--reason", help="Why the override is right. Kept in the release's manifest.")
@click.option("--by", "by_name", help="Who answers for the override. Kept in the release's manifest.")
@click.option("--until", type=MONTH, help="The last month that it holds for.  [default: the month reported]")
@engine_option
@json_option
def refresh(
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
    month: Any,
    overrides: tuple[str, ...],
    reason: str | None,
    by_name: str | None,
    until: Any,
    engine: str,
    as_json: bool,
) -> None:
    """Land what has arrived, work out every indicator, check it, and publish it.

    A figure is held only where what it rests on is in doubt: the outcome says on what ground, how many
    figures, and what frees them, and the authority's error report says what to mend, row by row. Earlier
    sound figures stand meanwhile. To give figures that are held all the same, for one return, until a month:

    \b
      line-of-sight refresh --override stopped:372:contacts --until 2025-06 \\
          --reason "the front door was closed, checked by hand" --by "A. Name"

    \b
    Exit codes:  0 published, nothing held      4 published, some figures held, with the grounds
                 3 withheld by the gate, with the reasons; the last release stays current
                 2 wrong usage   75 another refresh is running   1 something broke; nothing was changed
                 130 stopped by Ctrl-C           143 stopped by SIGTERM
    """
    if not raw.is_dir():
        raise click.UsageError(f"there is no folder {raw}; give the folder of the returns with --raw")
    places = WarehousePaths.of(raw, reference, release, restricted)
    try:
        last = until or month
        overridden = overrides_of(overrides, reason, by_name, last and last.strftime("%Y-%m"))
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    try:
        check_memory()
        with graceful_shutdown(lambda: record_stop(places), lambda: tell_stopped(places)):
            ended = with_progress(
                lambda tell: refresh_warehouse(
                    places, month and month.strftime("%Y-%m"), tell, key, overridden, engine
                ),
                places.restricted,
            )
    except LockHeldError as busy:
        err.print(str(busy))
        sys.exit(BUSY)
    except (
        NothingToReportError,
        InvalidKeyError,
        InvalidPolicyError,
        InvalidLimitsError,
        NewerLedgerError,
        EngineError,
    ) as wrong:
        raise click.UsageError(str(wrong)) from None
    except Exception as error:  # a traceback tells an analyst nothing, and may quote a cell
        err.print(f"The refresh broke and changed nothing that readers see: {in_words(error, places)}")
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(ended.as_json(), indent=1))
    else:
        tell_outcome(ended, places)
    sys.exit(exit_code(ended))
