"""What the page started ends with it, however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# a server with a child and a grandchild that hear no signal, each saying where it is
SERVER = """
import os, signal, subprocess, sys, time
from orchestration.page.processes import leave_with_keeper
leave_with_keeper()
deaf = "import signal, time; signal.signal(15, 1); signal.signal(2, 1); print(1, flush=True); time.sleep(60)"
child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {deaf!r}]); exec({deaf!r})"
subprocess.Popen([sys.executable, "-c", child])
print("leads", os.getpid(), flush=True)
time.sleep(60)
"""
KEEPER = """
import signal, sys
from orchestration.page.processes import keep
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run under nohup
sys.exit(keep(sys.argv[1:]))
"""
KEEP = [sys.executable, "-c", KEEPER, sys.executable, "-c", SERVER]
PATIENCE = 60.0  # seconds: the machine may be busy; `make acceptance SUITE=page` holds it to ten


@pytest.fixture
def start() -> Iterator[Callable[..., tuple["subprocess.Popen[str]", int]]]:
    """Start a keeper, or what starts one; return it and the process group that it keeps, all of it up."""
    started: list[int] = []

    def run(command: list[str], **how: bool) -> tuple["subprocess.Popen[str]", int]:
        opened = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **how)  # type: ignore[call-overload]
        lines = [opened.stdout.readline() for _ in range(3)]
        [group] = [int(line.split()[1]) for line in lines if line.startswith("leads")]
        started.append(group)
        assert _members(group) == 3
        return opened, group

    yield run
    for group in started:
        if _members(group):
            os.killpg(group, signal.SIGKILL)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_keeper_that_is_told_to_stop_or_is_killed_leaves_nothing(
    start: Callable[..., tuple["subprocess.Popen[str]", int]], told: signal.Signals
) -> None:
    keeper, group = start(KEEP)
    keeper.send_signal(told)
    assert _is_gone(group)
    assert keeper.wait(PATIENCE) == (-told if told == signal.SIGKILL else 0)


def test_a_signal_to_the_whole_group_leaves_nothing(
    start: Callable[..., tuple["subprocess.Popen[str]", int]],
) -> None:
    keeper, group = start(KEEP, start_new_session=True)
    os.killpg(keeper.pid, signal.SIGTERM)
    assert _is_gone(group)
    assert keeper.wait(PATIENCE) == 0


def test_the_death_of_whoever_started_it_ends_it(
    start: Callable[..., tuple["subprocess.Popen[str]", int]],
) -> None:
    script = f"import subprocess, sys; subprocess.run({KEEP!r})"
    parent, group = start([sys.executable, "-c", script])
    parent.kill()
    assert _is_gone(group)


def test_a_server_that_breaks_takes_the_rest_with_it_and_the_keeper_says_so(
    start: Callable[..., tuple["subprocess.Popen[str]", int]],
) -> None:
    keeper, group = start(KEEP)
    os.kill(group, signal.SIGKILL)
    assert _is_gone(group)
    assert keeper.wait(PATIENCE) == 1


def _is_gone(group: int) -> bool:
    began = time.monotonic()
    while _members(group):
        if time.monotonic() - began > PATIENCE:
            return False
        time.sleep(0.05)
    return True


def _members(group: int) -> int:
    """How many processes of a group are alive; one that has ended and is not yet waited for is not."""
    alive = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, member_of = stat.read_text(encoding="utf-8").rpartition(")")[2].split()[:3]
        except OSError:  # gone since
            continue
        alive += int(member_of) == group and state not in "ZX"
    return alive
