"""Where commands print, how they end, and what a long one says meanwhile."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.console import Console
from rich.table import Table

from orchestration.runtime.lock import LockHeldError
from orchestration.runtime.outcome import Outcome

PUBLISHED, WITHHELD, HELD, BUSY = 0, 3, 4, 75  # and 2, which click ends with on wrong usage
WIDE = None if sys.stdout.isatty() else 200  # a pipe has no edge to wrap at
out = Console(highlight=False, width=WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)  # one line for one thing, in a log too


def with_progress(work: Callable[[Callable[[str], None]], Outcome]) -> Outcome:
    """Do long work, and say where it is: on one line of a terminal, or a line each in a log."""
    if not err.is_terminal:
        return work(lambda line: err.print(line))
    with err.status("starting") as status:
        return work(lambda line: status.update(line))


@contextmanager
def refused(*kinds: type[Exception]) -> Iterator[None]:
    """Ends with 75 while a refresh is running, and with 2 and the words of an error of these kinds."""
    try:
        yield
    except LockHeldError as busy:
        err.print(str(busy))
        sys.exit(BUSY)
    except kinds as refused:
        raise click.UsageError(str(refused)) from None


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings; None is left blank."""
    table = Table(*headings, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(table)
