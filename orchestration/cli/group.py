"""The command itself; its unforeseen errors are told without their words, which may quote a record."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from ingest import __version__
from ingest.contracts.authorities import CODE, UnknownPlaceError, code_of, names_of
from ingest.contracts.settings import VARIABLE, InvalidSettingsError, current, find_settings
from ingest.ledger import NewerLedgerError
from orchestration.cli.console import err
from orchestration.cli.defaults import defaults_of

ASKS_HELP = "line_of_sight.asks_help"
# These speak of the settings themselves, or have no council yet.
WITHOUT_SETTINGS = {"init", "doctor", "generate", "new"}


class Command(click.Command):
    """A command in which a place is known by its name as well as by its code."""

    def invoke(self, ctx: click.Context) -> Any:
        for name in {"authority", "authorities"} & ctx.params.keys():
            said = ctx.params[name]
            if isinstance(said, str):
                ctx.params[name] = _code(said, ctx)
            elif isinstance(said, tuple):
                ctx.params[name] = tuple(_code(one, ctx) for one in said)
        return super().invoke(ctx)


def _code(said: str, ctx: click.Context) -> str:
    if said == "all" or CODE.fullmatch(said):
        return said
    names = names_of(Path(ctx.params.get("reference") or ctx.lookup_default("reference") or "reference"))
    if release := ctx.params.get("release"):
        from publication.queries import authority_names

        names |= authority_names(Path(release))  # of invented councils, where no reference folder is named
    try:
        return code_of(said, names)
    except UnknownPlaceError as unknown:
        raise click.UsageError(str(unknown), ctx) from None


class RedactedGroup(click.Group):
    """Commands whose unforeseen errors are told without their words: these may quote a record."""

    command_class = Command
    group_class = type  # `key new` is a command like any other

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[ASKS_HELP] = bool(set(ctx.help_option_names) & set(args))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except NewerLedgerError as newer:
            raise click.UsageError(str(newer)) from None
        except Exception as error:
            from orchestration.runtime.error_redaction import kind_and_place

            said = kind_and_place(error)
        err.print(f"Something broke, and nothing that readers see was changed: {said}")
        sys.exit(1)


@click.group(cls=RedactedGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--settings",
    "named",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Your council's line-of-sight.yml.  [default: the nearest, from this folder upwards]",
)
@click.version_option(__version__, prog_name="Line of Sight")
@click.pass_context
def main(ctx: click.Context, named: Path | None) -> None:
    """Monthly performance figures for children's safeguarding, from raw returns to a trusted release.

    \b
    Once:
      line-of-sight init        asks a few questions and writes line-of-sight.yml; after it no flag is needed
      line-of-sight doctor      says whether this machine is ready, and what to mend
    A month in three steps:
      1. put the month's returns in raw/2025-04/372/, one CSV a return
      2. line-of-sight refresh
      3. line-of-sight status, and query release/current/marts.duckdb
    """
    ctx.with_resource(_named_in_environment(named))
    if ctx.invoked_subcommand in WITHOUT_SETTINGS or ctx.resilient_parsing:
        return
    try:
        ctx.default_map = defaults_of(main, current()) if find_settings() else None
    except InvalidSettingsError as refused:
        if not ctx.meta[ASKS_HELP]:
            raise click.UsageError(str(refused), ctx) from None


@contextmanager
def _named_in_environment(named: Path | None) -> Iterator[None]:
    """Which settings hold, for this command and every process that it starts."""
    before = os.environ.get(VARIABLE)
    try:
        if named:
            os.environ[VARIABLE] = str(named.expanduser().absolute())
        elif before is None and (found := find_settings()):
            os.environ[VARIABLE] = str(found)
        yield
    finally:
        if before is None:
            os.environ.pop(VARIABLE, None)
        else:
            os.environ[VARIABLE] = before
