"""Begin an indicator of one's own, and see what it still lacks."""

import click

from orchestration.cli.console import err, out, print_table
from orchestration.cli.group import main


@main.group()
def new() -> None:
    """Begin an indicator of your own, in a clone of the project, and see what is still missing."""


@new.command("indicator")
@click.argument("slug")
@click.option("--title", required=True, help="What it is called.")
@click.option("--like", required=True, help="The indicator whose return, day and place it is shaped after.")
def new_indicator(slug: str, title: str, like: str) -> None:
    """Write the evidence block and the catalogue line of SLUG, and say what is left to do.

    \b
    Example:  line-of-sight new indicator s47_ended --title "Section 47 enquiries ended" --like s47_started
    """
    from orchestration import scaffold

    try:
        written = scaffold.new_indicator(slug, title, like)
    except scaffold.ScaffoldError as why:
        raise click.UsageError(str(why)) from None
    for path in written:
        out.print(f"wrote {path}")
    _print_lacking(slug)


@new.command("check")
@click.argument("slug", required=False)
@click.pass_context
def check(context: click.Context, slug: str | None) -> None:
    """List what each indicator, or SLUG, still lacks, file by file. Takes a second.

    \b
    Exit codes:  0 nothing   4 something
    """
    context.exit(4 if _print_lacking(slug) else 0)


def _print_lacking(slug: str | None) -> int:
    from orchestration import scaffold

    lacking = [row for row in scaffold.lacking() if slug in (None, row[0])]
    if lacking:
        print_table(["indicator", "file in dbt_project/", "what is missing"], lacking)
    else:
        err.print("nothing is missing")
    return len(lacking)
