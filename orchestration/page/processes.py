"""One process keeps the page's others, and none outlives it, however it ends.

    line-of-sight ui                 keeps: hears signals, and its parent's death
      orchestration.page.serve       the web server, leader of a process group of its own
        code server, daemon, runs    the rest of the group

The keeper kills the group when it is told to stop or the web server ends. When the keeper itself is killed,
a pipe that it alone holds open closes, and the web server kills the group.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

from ingest import posix

SECONDS_TO_STOP = 4.0  # for the web server to finish what it is answering; a run may be killed at any time
SECONDS_BETWEEN_LOOKS = 1.0


def keep(command: Sequence[str]) -> int:
    """Run a command, the leader of its process group, until we are told to stop: 0; or it ends by itself: 1.

    We are told by TERM, INT, HUP and the death of whoever started us. HUP and the parent's death do not count
    where `nohup` or a session of our own (systemd, setsid) says that we are to outlive it.
    """
    outlives = posix.outlives_its_terminal()
    parent = os.getppid()
    reading, writing = os.pipe()
    group = posix.start_group(command, stdin=reading)
    os.close(reading)
    signals = posix.hear(hangs_up=not outlives)
    while group.poll() is None and not posix.heard(signals, SECONDS_BETWEEN_LOOKS):
        if not outlives and os.getppid() != parent:
            break
    crashed = group.poll()
    if crashed is None:
        group.terminate()
        with suppress(subprocess.TimeoutExpired):
            group.wait(SECONDS_TO_STOP)
    posix.end_group(group.pid)
    group.wait()
    os.close(writing)
    return 0 if crashed is None else 1


def leave_with_keeper() -> None:
    """Kill this process group when whoever keeps it is gone. To be called before anything slow."""

    def watch() -> None:
        sys.stdin.buffer.read()
        posix.end_group()

    Thread(target=watch, daemon=True).start()
