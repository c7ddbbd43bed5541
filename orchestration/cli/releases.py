"""List releases, roll back to one, and copy the current one to PostgreSQL."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from ingest.paths import WarehousePaths
from orchestration.cli.console import err, out, print_table, refused
from orchestration.cli.group import main
from orchestration.cli.options import json_option, release_option, restricted_option
from orchestration.pipeline import list_releases, rollback_to
from publication.release.pointer import ReleaseNotFoundError


@main.group()
def releases() -> None:
    """List the releases, and give readers an earlier one again."""


@releases.command("list")
@release_option
@restricted_option
@json_option
def list_all(release: Path, restricted: Path | None, as_json: bool) -> None:
    """List every release on record, the newest first."""
    places = WarehousePaths.of(Path("raw"), Path("reference"), release, restricted)
    with refused(ReleaseNotFoundError):
        listed = list_releases(places)
    if as_json:
        click.echo(json.dumps([asdict(r) for r in listed], indent=1))
        return
    print_table(
        ["release", "month", "published", "current"],
        [[r.release, r.view_month, r.published_at, "current" if r.is_current else ""] for r in listed],
    )


@releases.command("rollback")
@click.argument("number", type=int)
@release_option
@restricted_option
def rollback(number: int, release: Path, restricted: Path | None) -> None:
    """Give readers release NUMBER again, an earlier one or a later.

    \b
    RELEASE/current then points at that release, byte for byte as it was published, after its files are
    checked against its manifest. Nothing is deleted, and a later number goes forward again.
    The next refresh reads whatever is in RAW then, and publishes it under a new number; what was first
    published of a month stays so. Take what was wrong out of RAW before it, or it will be published again.

    \b
    Example:  line-of-sight releases rollback 3
    Exit codes:  0 done   2 no such release, or it is damaged   75 a refresh is running
    """
    places = WarehousePaths.of(Path("raw"), Path("reference"), release, restricted)
    with refused(ReleaseNotFoundError):
        rollback_to(places, number)
    out.print(f"Release {number} is current, as it was published: {places.current}")


@main.group()
def export() -> None:
    """Give the current release to what does not read files."""


@export.command("postgres")
@release_option
@click.option(
    "--to", required=True, envvar="LINE_OF_SIGHT_POSTGRES", metavar="postgresql://HOST/DATABASE",
    help="The database. Keep the password in ~/.pgpass, or the whole address in LINE_OF_SIGHT_POSTGRES.",
)  # fmt: skip
@click.option("--schema", default="line_of_sight", show_default=True, help="Where readers find the marts.")
@click.option(
    "--reader", default="line_of_sight_reader", show_default=True,
    help="A role that may read the marts and change nothing; made where it is not there.",
)  # fmt: skip
@click.option(
    "--edition", type=click.Choice(["restricted", "public"]), default="restricted", show_default=True,
    help="The exact figures, or those that are public: a schema and a role of their own, ending in _public.",
)  # fmt: skip
def export_postgres(release: Path, to: str, schema: str, reader: str, edition: str) -> None:
    """Copy the current release to PostgreSQL, whole or not at all, for BI tools that read a server.

    These are the exact figures of the release, small numbers included: for a database inside the council.
    Let a person or a tool read them with `grant line_of_sight_reader to ...`; who may read what is public
    alone, with `grant line_of_sight_reader_public to ...`.

    \b
    Example:  line-of-sight export postgres --to postgresql://warehouse.council.internal/performance
    """
    from publication.exports.postgres import ExportError, copy_release, place_of

    try:
        copied = copy_release(release / "current", to, schema, reader, err.print, edition)
    except ExportError as why:
        raise click.ClickException(str(why)) from None
    was = "Copied" if copied.is_new else "Already there:"
    out.print(
        f"{was} release {copied.release}, {len(copied.rows)} marts and {sum(copied.rows.values()):,} rows, "
        f"in the schema {copied.schema}; the role {place_of(edition, schema, reader)[1]} may read it"
    )
