"""Where commands print, how they end, and what a long one says meanwhile."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from orchestration.runtime.lock import LockHeldError
from orchestration.runtime.outcome import Outcome
from orchestration.runtime.stages import Stages

PUBLISHED, WITHHELD, HELD, BUSY = 0, 3, 4, 75  # and 2, which click ends with on wrong usage
WIDE = None if sys.stdout.isatty() else 200  # a pipe has no edge to wrap at
out = Console(highlight=False, width=WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)  # one line for one thing, in a log too


PROGRESS = "LINE_OF_SIGHT_PROGRESS"  # `lines`: each step as a line, whether anybody watches or not


def with_progress(work: Callable[[Callable[[str], None]], Outcome], restricted: Path) -> Outcome:
    """Do long work, and say on one line of a terminal in which stage it is; elsewhere nothing is said."""
    if os.environ.get(PROGRESS) == "lines":
        return work(lambda line: err.print(line))
    if not err.is_terminal:
        return work(lambda _: None)
    stages = Stages(restricted)
    with err.status("reading") as status:
        ended = work(lambda line: status.update(stages.hear(line)))
    stages.end()
    return ended


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
