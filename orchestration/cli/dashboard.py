"""A dashboard that opens from a folder."""

from pathlib import Path
from typing import Any

import click

from ingest.paths import WarehousePaths
from orchestration.cli.group import main
from orchestration.cli.options import FOLDER, MONTH, of_one, release_option, restricted_option


@main.command()
@click.option("--authority", help="Whose: a name or three-digit DfE code, or all, a page each.")
@click.option("--region", help="The authorities of a region in one page: its name, or all.")
@click.option("--month", type=MONTH, help="The newest month on it.  [default: the month the release reports]")
@click.option(
    "--edition",
    type=click.Choice(["restricted", "public"]),
    default="restricted",
    show_default=True,
    help="Exact figures for the authority itself, or only what the public pack says.",
)
@click.option("--out", type=FOLDER, help="Where to write.  [default: RELEASE-restricted/reports]")
@release_option
@restricted_option
def dashboard(
    authority: str | None,
    region: str | None,
    month: Any,
    edition: str,
    out: Path | None,
    release: Path,
    restricted: Path | None,
) -> None:
    """Write a dashboard of an authority or a region: one page, opened from a folder with no server.

    \b
    Example:  line-of-sight dashboard --authority 372
    Writes    <out>/restricted/2025-03/372/dashboard-restricted-2025-03-372.html
    Choose an indicator, its basis, a part, the months and what to compare with; the address then says what
    is shown, so that a link to it shows the same. Rows are downloaded as CSV. The page holds its figures
    and asks for nothing else: send it only to those who may see them. A region has its newest 13 months.
    """
    from publication.reports.dashboard import make_dashboard
    from publication.reports.figures import ReportError
    from publication.reports.make import edition_of, month_of

    authority = of_one(authority, region, "say whose dashboard: --authority 372 or --region 'North West'")
    folder = out or WarehousePaths.of(Path("raw"), Path("reference"), release, restricted).reports
    try:
        source = edition_of(release, edition)
        chosen = month_of(source, month and month.date())
        if region:
            click.echo(make_dashboard(source, chosen, folder, region=region))
            return
        codes = list(source.authorities(chosen)) if authority == "all" else [authority or ""]
        for la_code in codes:
            click.echo(make_dashboard(source, chosen, folder, authority=la_code))
    except ReportError as none:
        raise click.UsageError(str(none)) from None
