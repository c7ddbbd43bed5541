"""Wait for work no longer than it may take: a check that hangs has not passed."""

from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread
from typing import TypeVar

Answer = TypeVar("Answer")


class TimeoutExceeded(Exception):
    """The work did not end in time."""


def within(seconds: float, work: Callable[[], Answer]) -> Answer:
    """What the work comes to, or what it raises.

    Raises TimeoutExceeded where it has not ended in so many seconds.

    Work that hangs is left to end with the process.
    """
    ended: Queue[tuple[bool, Answer | BaseException]] = Queue()

    def run() -> None:
        try:
            ended.put((True, work()))
        except BaseException as error:
            ended.put((False, error))

    Thread(target=run, daemon=True).start()
    try:
        is_done, said = ended.get(timeout=seconds)
    except Empty:
        raise TimeoutExceeded from None
    if not is_done:
        raise said  # type: ignore[misc]
    return said  # type: ignore[return-value]
