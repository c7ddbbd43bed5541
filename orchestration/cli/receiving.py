"""Get returns in: out of a database, or from files as they were sent."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from orchestration.cli.console import HELD, err, out, print_table
from orchestration.cli.group import main
from orchestration.cli.options import FOLDER, MONTH, raw_option, reference_option


@main.command()
@click.option(
    "--from", "url", required=True, envvar="LINE_OF_SIGHT_DATABASE", metavar="postgresql://USER@HOST/DATABASE",
    help="The database. Keep its password in LINE_OF_SIGHT_DATABASE_PASSWORD, or the driver's own file.",
)  # fmt: skip
@click.option("--month", type=MONTH, required=True, help="The month that the extract is of.")
@click.option("--authority", required=True, help="Whose: a name, or a three-digit DfE code.")
@click.option("--schema", help="Where the tables are.  [default: that of the account]")
@click.option("--prefix", help="What the names of the tables begin with, in place of ssd_.")
@click.option("--queries", type=FOLDER, help="A folder of RETURN.sql, where a council's names differ.")
@click.option("--timeout", default=600, show_default=True, help="Seconds that one query may take.")
@raw_option
def extract(
    url: str, month: Any, authority: str, schema: str | None, prefix: str | None, queries: Path | None,
    timeout: int, raw: Path,
) -> None:  # fmt: skip
    """Read the Standard Safeguarding Dataset out of a database into RAW, all of it or none.

    \b
    Example:  line-of-sight extract --from postgresql://reader@db/ssd --month 2025-03 --authority 372
    Exit codes:  0 put in place   1 nothing was, and why is said   2 wrong usage
    """
    from ingest.receiving.extract import ExtractError, Source
    from ingest.receiving.extract import extract as read_out

    source = click.get_current_context().get_parameter_source("url")
    if source is ParameterSource.COMMANDLINE and re.search("//[^/@]*:[^/@]*@", url):
        raise click.UsageError("a password on the command line is seen by others; see --help for its place")
    password = os.environ.get("LINE_OF_SIGHT_DATABASE_PASSWORD")
    where = Source(url, password, schema, prefix, queries, timeout)
    try:
        said = read_out(where, raw, month.strftime("%Y-%m"), authority)
    except ExtractError as why:
        err.print(f"Nothing was put in place: {why}", markup=False)
        sys.exit(1)
    print_table(
        ["return", "rows", "file", "why"],
        [[one.return_name, one.row_count, one.file, one.why] for one in said],
    )


@main.command()
@click.argument(
    "sent", nargs=-1, required=True, metavar="FILE|FOLDER...",
    type=click.Path(exists=True, path_type=Path),
)  # fmt: skip
@click.option("--month", type=MONTH, help="The month that they are of, where neither name nor content says.")
@click.option("--authority", help="A name or three-digit DfE code, where neither name nor content says.")
@raw_option
@reference_option
@click.option("--yes", is_flag=True, help="Put them in place without asking.")
def receive(
    sent: tuple[Path, ...], month: Any, authority: str | None, raw: Path, reference: Path, yes: bool
) -> None:
    """Put files that were sent in their place in RAW and REFERENCE, and say what could not be placed.

    Return, authority and month are told by name, header and content together; where they disagree the file
    stays where it is. Nothing is written over: what comes again is a new version beside what is there.

    \b
    Example:  line-of-sight receive ~/Downloads/march --month 2025-03 --authority 372
    Exit codes:  0 all is in its place   2 wrong usage   4 some could not be placed, and why is said
    """
    from ingest.contracts.findings import RejectedFileError
    from ingest.receiving import inbox

    said = month.strftime("%Y-%m") if month else None
    planned = inbox.plan(sent, raw, reference, said, authority)
    print_table(
        ["file", "what it is", "goes to", "why"],
        [[one.file.file, one.what, one.target, one.why] for one in planned],
    )
    going = [one for one in planned if one.target]
    refused = sum(one.is_refused for one in planned)
    if going and not yes and not click.confirm(f"Put {len(going)} of {len(planned)} files in their place?"):
        sys.exit(HELD)
    placed = 0
    for one in going:
        try:
            inbox.put(one)
            placed += 1
        except (OSError, RejectedFileError) as error:
            refused += 1
            err.print(f"{one.file.file} was not put in place: {error}", markup=False)
    out.print(f"{placed} files put in their place, {refused} not placed")
    sys.exit(HELD if refused else 0)
