"""Back up, put back, and take away what is old."""

from contextlib import closing, nullcontext
from pathlib import Path

import click

from ingest.paths import KEPT_MONTHS, WarehousePaths
from orchestration.cli.console import out, refused
from orchestration.cli.group import main
from orchestration.cli.options import FOLDER, raw_option, reference_option, release_option, restricted_option
from orchestration.runtime.lock import refresh_lock


@main.command()
@raw_option
@reference_option
@release_option
@restricted_option
@click.option("--to", type=FOLDER, required=True, help="A new folder; it is made, and open to you alone.")
def backup(raw: Path, reference: Path, release: Path, restricted: Path | None, to: Path) -> None:
    """Copy what cannot be made again: raw files, records, the ledgers, closings and releases. Not the key.

    \b
    Example:  line-of-sight backup --to /backup/line-of-sight-2025-04-07
    """
    from ingest.maintenance.backup import BackupError, back_up

    places = WarehousePaths.of(raw, reference, release, restricted)
    with refused(BackupError):
        if places.ledger.exists():
            places.prepare()
        with refresh_lock(places) if places.ledger.exists() else nullcontext():
            copied = back_up(places, to.absolute())
    out.print(
        f"Copied {copied.files:,} files ({copied.size:,} bytes) to {to}. Encrypt it; the key is not in it."
    )


@main.command("restore")
@raw_option
@reference_option
@release_option
@restricted_option
@click.option("--from", "source", type=FOLDER, required=True, help="The folder that `backup` made.")
def restore_from(raw: Path, reference: Path, release: Path, restricted: Path | None, source: Path) -> None:
    """Put a backup back into empty folders, every byte checked. A refresh then makes the rest again.

    \b
    Example:  line-of-sight restore --from /backup/line-of-sight-2025-04-07 && line-of-sight refresh
    """
    from ingest.maintenance.backup import BackupError, restore

    places = WarehousePaths.of(raw, reference, release, restricted)
    with refused(BackupError):
        copied = restore(places, source.absolute())
        places.prepare()
    out.print(f"Put back {copied.files:,} files ({copied.size:,} bytes); run line-of-sight refresh")


@main.command()
@raw_option
@release_option
@restricted_option
@click.option(
    "--months",
    default=KEPT_MONTHS,
    show_default=True,
    type=click.IntRange(1),
    help="How many months to keep.",
)
@click.option("--yes", is_flag=True, help="Take them away; without it, only say what would go.")
def purge(raw: Path, release: Path, restricted: Path | None, months: int, yes: bool) -> None:
    """Take away the raw files of old months. Hashes, receipts, figures and releases stay as they are."""
    from ingest.discovery import raw_folder
    from ingest.ledger import Ledger
    from ingest.maintenance.purge import PurgeRefusedError, old_months
    from ingest.maintenance.purge import purge as take_away

    places = WarehousePaths.of(raw, Path("reference"), release, restricted)
    with refused(PurgeRefusedError, NotADirectoryError):
        found = raw_folder.look(places.raw)
        going = old_months(found, months)
        if not going or not yes:
            out.print(
                f"Older than {months} months: {', '.join(going) or 'none'}" + (" (--yes)" if going else "")
            )
            return
        places.prepare()
        with refresh_lock(places), closing(Ledger(places.ledger)) as ledger:
            gone = take_away(places, ledger, found, months)
    out.print(f"Took away {gone.files} files ({gone.size:,} bytes) of {', '.join(gone.months)}")
