"""Begin an indicator, a return or a quality rule of one's own, and see what it still lacks."""

from collections.abc import Callable
from pathlib import Path

import click

from orchestration.cli.console import err, out, print_table
from orchestration.cli.group import main


@main.group()
def new() -> None:
    """Begin an indicator, a return or a rule of your own, in a clone, and see what is missing."""


@new.command("indicator")
@click.argument("slug")
@click.option("--title", required=True, help="What it is called.")
@click.option("--like", required=True, help="The indicator whose return, day and place it is shaped after.")
def new_indicator(slug: str, title: str, like: str) -> None:
    """Write the evidence block and the catalogue line of SLUG, and say what is left to do.

    \b
    Example:  line-of-sight new indicator s47_ended --title "Section 47 enquiries ended" --like s47_started
    """
    from orchestration.scaffold import indicators

    _write(slug, lambda: indicators.new_indicator(slug, title, like))


@new.command("rule")
@click.argument("slug")
@click.option("--like", required=True, help="The rule whose return and area it has.")
@click.option("--broken-where", required=True, help="SQL over the return's quality model: true where broken.")
@click.option("--sentence", required=True, help="What should hold, as a reader is told.")
@click.option("--fix", required=True, help="What to do where it does not.")
def new_rule(slug: str, like: str, broken_where: str, sentence: str, fix: str) -> None:
    """Write the line and the column of a quality rule that warns, and say what is left to do.

    \b
    Example:  line-of-sight new rule enquiry_too_long --like enquiry_before_referral \\
                --broken-where "enquiries.s47_end_date - enquiries.s47_start_date > 365" \\
                --sentence "No enquiry lasts longer than a year." --fix "end the enquiry in the case system"
    """
    from orchestration.scaffold import rules

    _write(slug, lambda: rules.new_rule(slug, like, broken_where, sentence, fix))


@new.command("return")
@click.argument("name")
@click.option("--about", required=True, help="What a row of it is.")
@click.option("--field", "fields", multiple=True, required=True, help="name:type:what it is; repeat.")
@click.option("--key", "keys", multiple=True, required=True, help="A field that tells rows apart; repeat.")
@click.option("--event-date", help="The field with the day of what a row records, if it records an event.")
def new_return(
    name: str, about: str, fields: tuple[str, ...], keys: tuple[str, ...], event_date: str | None
) -> None:
    """Write the contract and the staging model of a return NAME, and say what is left to do.

    \b
    Types: boolean, date, integer, json, number, `id of child` (lands as a pseudonym; likewise `id of worker`
    and others), `code of <code list>`, and text, which lands empty until the contract says its shape.
    \b
    Example:  line-of-sight new return advocacy_referrals --about "A child referred to an advocate" \\
                --field "advocacy_id:id of advocacy:Referral" --field "person_id:id of child:Child" \\
                --field "advocacy_date:date:Day of the referral" --key advocacy_id --event-date advocacy_date
    """
    from orchestration.scaffold import returns

    _write(name, lambda: returns.new_return(name, about, fields, keys, event_date))


@new.command("check")
@click.argument("slug", required=False)
@click.pass_context
def check(context: click.Context, slug: str | None) -> None:
    """List what each indicator, return and rule, or SLUG, still lacks, file by file. Takes a second.

    \b
    Exit codes:  0 nothing   4 something
    """
    context.exit(4 if _print_lacking(slug) else 0)


def _write(slug: str, write: Callable[[], list[Path]]) -> None:
    from orchestration.scaffold.project import ScaffoldError

    try:
        written = write()
    except ScaffoldError as why:
        raise click.UsageError(str(why)) from None
    for path in written:
        out.print(f"wrote {path}")
    _print_lacking(slug)


def _print_lacking(slug: str | None) -> int:
    from orchestration.scaffold.lacking import lacking

    found = [tuple(one) for one in lacking() if slug in (None, one.name)]
    if found:
        print_table(["name", "file", "what is missing"], found)
    else:
        err.print("nothing is missing")
    return len(found)
