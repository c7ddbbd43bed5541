"""Reports for people, and lists of what is overdue for teams."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from ingest.contracts.settings import InvalidSettingsError
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import InvalidKeyError
from orchestration.cli.console import BUSY, err
from orchestration.cli.group import main
from orchestration.cli.options import (
    FOLDER,
    MONTH,
    allow_own_ids,
    key_option,
    of_one,
    own_ids_option,
    raw_option,
    reference_option,
    release_option,
    restricted_option,
)
from orchestration.runtime.lock import LockHeldError


@main.command()
@click.option("--authority", help="Whose report: a name or three-digit DfE code, or all.")
@click.option("--region", help="Authorities side by side instead: the name of a region, or all.")
@click.option("--month", type=MONTH, help="The month to report.  [default: the month the release reports]")
@click.option(
    "--kind",
    default="committee",
    show_default=True,
    help="Which report: committee, improvement, slides, management, quarterly, or one of your reports.yml.",
)
@click.option(
    "--edition",
    type=click.Choice(["restricted", "public"]),
    default="restricted",
    show_default=True,
    help="Exact figures for the authority itself, or only what the public pack says.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(["html", "pdf", "xlsx", "docx", "pptx"]),
    multiple=True,
    help="Which files to write; may be given more than once.  [default: html, pdf and xlsx]",
)
@click.option(
    "--braille-ready", is_flag=True, help="Also write plain text for a braille display or embosser."
)
@click.option("--large-print", is_flag=True, help="Large print in the page and the PDF.")
@click.option("--out", type=FOLDER, help="Where to write.  [default: RELEASE-restricted/reports]")
@release_option
@restricted_option
def report(
    authority: str | None,
    region: str | None,
    month: Any,
    kind: str,
    edition: str,
    formats: tuple[str, ...],
    braille_ready: bool,
    large_print: bool,
    out: Path | None,
    release: Path,
    restricted: Path | None,
) -> None:
    """Write a report of an authority or a region, from the current release alone.

    \b
    Example:  line-of-sight report --authority 372 --month 2025-03 --kind committee
    Writes    <out>/restricted/2025-03/372/committee-restricted-2025-03-372.html, .pdf and .xlsx
    """
    from publication.reports import make
    from publication.reports.figures import ReportError
    from publication.reports.kinds import kind_of

    authority = of_one(
        authority, region, "say whose report: --authority 372, --authority all or --region 'North West'"
    )
    wanted = [*(formats or ("html", "pdf", "xlsx")), *(["txt"] if braille_ready else [])]
    folder = out or WarehousePaths.of(Path("raw"), Path("reference"), release, restricted).reports
    try:
        report_kind = kind_of(kind)
        source = make.edition_of(release, edition)
        chosen = make.month_of(source, month and month.date(), None if region else report_kind)
        if region:
            click.echo(make.make_region(source, region, chosen, folder, large_print))
            return
        codes = list(source.authorities(chosen)) if authority == "all" else [authority or ""]
        for made in make.make_reports(source, codes, chosen, folder, wanted, kind, report_kind, large_print):
            for file in made.files:
                click.echo(file)
    except (ReportError, InvalidSettingsError) as none:
        raise click.UsageError(str(none)) from None


@main.command()
@click.option("--authority", required=True, help="Whose: a name, or a three-digit DfE code.")
@click.option(
    "--as-at",
    type=click.DateTime(["%Y-%m-%d"]),
    help="A day inside a month, as 2025-04-16.  [default: the end of the newest month]",
)
@own_ids_option
@raw_option
@reference_option
@release_option
@restricted_option
@key_option
def worklist(
    authority: str,
    as_at: Any,
    own_ids: bool,
    raw: Path,
    reference: Path,
    release: Path,
    restricted: Path | None,
    key: Path | None,
) -> None:
    """List the children behind what is overdue or due next, by team and worker. Never part of a release.

    \b
    Example:  line-of-sight worklist --authority 372 --as-at 2025-04-16
    Writes, in RELEASE-restricted/work_lists/372:
      work_lists.html and a CSV a list      what does most harm first
      teams/<team>.html and .xlsx           a page a team for its meeting, with what is new, done and still
                                            open since the list before, which is kept there by pseudonym
    Put the day's extract in RAW/2025-04-16/372, then ask: the lists and counts are made of that alone, and no
    month's figure is. Without one they are of the newest records.
    Children and workers stand by pseudonym, or by your own numbers where `work_lists: own_numbers` in
    line-of-sight.yml is true or --own-ids asks; never by name. That a list was made is noted in
    RESTRICTED/access_log.jsonl.
    """
    import duckdb

    from orchestration.as_at import AsAtError, warehouse_as_at
    from publication.reports.figures import ReportError
    from publication.worklists import write_work_lists

    allow_own_ids(own_ids)
    places = WarehousePaths.of(raw, reference, release, restricted)
    try:
        with ExitStack() as held:
            at_day = (
                held.enter_context(warehouse_as_at(places, authority, as_at.date(), key=key))
                if as_at
                else None
            )
            for file in write_work_lists(places, authority, own_ids, key, at_day):
                click.echo(file)
    except LockHeldError as busy:
        err.print(str(busy))
        sys.exit(BUSY)
    except (ReportError, AsAtError, InvalidKeyError, NotADirectoryError) as none:
        raise click.UsageError(str(none)) from None
    except duckdb.IOException:
        err.print("a refresh is writing the warehouse; try again when it has ended")
        sys.exit(BUSY)
