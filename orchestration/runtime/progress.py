"""Tell whoever watches the terminal how far a long piece of work has come. Silent when nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listeners: list[Callable[[str], None]] = []  # of the process: dbt works in threads of its own


def tell(line: str) -> None:
    """Pass one line on: what is being worked on, never what is in it."""
    for listener in _listeners:
        listener(line)


@contextmanager
def subscribed(listener: Callable[[str], None]) -> Iterator[None]:
    """Send what is told inside to `listener`."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
