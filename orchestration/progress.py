"""Tell whoever watches the terminal how far a long piece of work has come. Silent when nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


def tell(line: str) -> None:
    """Pass one line on: what is being worked on, never what is in it."""
    if listener := _listener.get():
        listener(line)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Send what is told inside to `listener`."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
