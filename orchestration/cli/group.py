"""The command itself; its unforeseen errors are told without their words, which may quote a record."""

import sys
from typing import Any

import click

from orchestration.cli.console import err


class RedactedGroup(click.Group):
    """Commands whose unforeseen errors are told without their words: these may quote a record."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except Exception as error:
            from orchestration.runtime.error_redaction import kind_and_place

            said = kind_and_place(error)
        err.print(f"Something broke, and nothing that readers see was changed: {said}")
        sys.exit(1)


@click.group(cls=RedactedGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Monthly performance figures for children's safeguarding, from raw returns to a trusted release.

    \b
    A month in three steps:
      1. put the month's returns in raw/2025-04/372/, one CSV a return
      2. line-of-sight refresh
      3. line-of-sight status, and query release/current/marts.duckdb
    """
