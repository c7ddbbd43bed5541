"""Ctrl-C and SIGTERM end a refresh at once: put on record, told in one line, and safe at any instant."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

from ingest import posix

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SECONDS_TO_RECORD = 3.0


@contextmanager
def graceful_shutdown(record: Callable[[], None], tell: Callable[[], None]) -> Iterator[None]:
    """Inside, a signal has `record` called, then `tell`, and the process ends with 128 and its number.

    The work itself may be deep in DuckDB, where Python hears nothing, so a thread of its own listens. What
    is being done is not wound up: a refresh is written to be killed. A record that cannot be kept in three
    seconds is left to the next refresh.
    """
    # of what a process leaves that ends at once, Python's own tracker would tell last, and not the refresh
    os.environ["PYTHONWARNINGS"] = ",".join(
        filter(None, [os.environ.get("PYTHONWARNINGS"), "ignore:resource_tracker:UserWarning"])
    )
    subscribed, speaking = os.pipe()
    os.set_blocking(speaking, False)
    terminal = os.dup(sys.stderr.fileno())
    before = {number: signal.signal(number, _heard) for number in SIGNALS}
    spoke_to = posix.speak_to(speaking)

    def listen() -> None:
        while heard := os.read(subscribed, 1):
            if heard[0] in SIGNALS:
                recording = Thread(target=record, daemon=True)
                recording.start()
                recording.join(SECONDS_TO_RECORD)
                os.dup2(terminal, sys.stderr.fileno())
                tell()
                sys.stderr.flush()
                os._exit(128 + heard[0])

    listener = Thread(target=listen, daemon=True)
    listener.start()
    try:
        yield
    finally:
        posix.speak_to(spoke_to)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(speaking)
        listener.join()  # a signal that came is graceful_shutdown before anything else is said
        os.close(subscribed)
        os.close(terminal)


def _heard(_number: int, _frame: object) -> None:
    """Python passes a signal on to `graceful_shutdown` only where it has a handler of its own."""
