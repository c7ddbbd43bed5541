"""A full disk, a disk that only reads, too little memory, signals, five refreshes at once.

Each fault must end with its exit code and one plain line, leave readers the release they had byte for byte,
and leave a warehouse that the next plain refresh publishes with no manual step. Before them the last step
alone, twenty times under ten readers: what is on the disk before each rename, what a clock that jumps does.
"""

import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ingest.paths import WarehousePaths
from orchestration.cli.console import PROGRESS
from publication.release.pointer import current_number, damaged
from tests.acceptance.kill import a_warehouse, left_behind
from tests.support import preloaded

MB = 1024**2
Limit = Callable[[], object]
Run = Callable[[], tuple[int, str]]


STOPS = ((signal.SIGTERM, "landing"), (signal.SIGINT, "building"), (signal.SIGTERM, "judging"))


class Faults:
    """One warehouse with a release and a further month to read; each fault has a copy of it."""

    def __init__(self, base: Path) -> None:
        self.base, self.missed = base, 0
        self.first = a_warehouse(base)

    @contextmanager
    def world(self, folder: Path | None = None) -> Iterator[WarehousePaths]:
        world = (folder or self.base) / "world"
        shutil.copytree(self.first, world, symlinks=True)
        yield WarehousePaths.of(self.base / "raw", self.base / "reference", world / "release")
        shutil.rmtree(world)

    def check(self, fault: str, outcome: str, held: bool) -> None:
        self.missed += not held
        print(f"{fault:44} {'held  ' if held else 'MISSED'} {outcome}", flush=True)

    def check_broken(
        self, fault: str, places: WarehousePaths, run: Callable[[], tuple[int, str]], words: str
    ) -> None:
        """The refresh ends with 1 and one line with these words, and changes nothing that readers see."""
        before = _digest(places)
        code, said = run()
        told = [line.strip() for line in said.splitlines() if words in line]
        is_plain = bool(told) and "Traceback" not in said
        is_same = _digest(places) == before
        line = told[-1] if told else said[-200:]
        self.check(
            fault, f"exit {code}; release the same: {is_same}; {line}", code == 1 and is_plain and is_same
        )

    def check_passes(self, fault: str, places: WarehousePaths) -> None:
        """The next plain refresh publishes, and nothing is left behind."""
        code, said = preloaded.refresh(places)
        left = left_behind(places) + (damaged(places.current.resolve()) if code == 0 else [said[-300:]])
        self.check(
            f"{fault}: the next plain refresh", f"exit {code}; left behind: {left}", code == 0 and not left
        )


def main() -> int:
    os.environ[PROGRESS] = "lines"  # a signal is sent by them
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="acceptance SUITE=faults-") as folder:
        faults = Faults(Path(folder))
        for prove in (_publication, _signals, _at_once, _file_size, _small_disk, _read_only, _memory):
            prove(faults)
    print(f"\nmissed: {faults.missed}, aim 0; {(time.monotonic() - started) / 60:.1f} minutes")
    return 1 if faults.missed else 0


def _file_size(faults: Faults) -> None:
    with faults.world() as places:
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (3 * MB, 3 * MB))  # noqa: E731
        faults.check_broken(
            "no file over 3 MB (RLIMIT_FSIZE)", places, lambda: _limited(places, limit), "ulimit -f"
        )
        faults.check_passes("no file over 3 MB", places)


def _small_disk(faults: Faults) -> None:
    for spare in (1, 12):
        with _mounted(faults.base / "disk", f"size={_size(faults.first) // MB + spare}m") as disk:
            if disk is None:
                print(f"{f'a disk with {spare} MB to spare':44} not run: a tmpfs may not be mounted here")
                return
            with faults.world(disk) as places:
                fault = f"a disk with {spare} MB to spare (tmpfs)"
                faults.check_broken(fault, places, lambda p=places: preloaded.refresh(p), "no room left")
                subprocess.run(["mount", "-o", "remount,size=400m", str(disk)], check=True)
                faults.check_passes(fault, places)


def _read_only(faults: Faults) -> None:
    with _mounted(faults.base / "disk", "size=400m") as disk:
        if disk is None:
            print(f"{'a disk that only reads':44} not run: a tmpfs may not be mounted here")
            return
        with faults.world(disk) as places:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            run = lambda: _as_command(places)  # noqa: E731
            faults.check_broken("a disk that only reads", places, run, "cannot be written to")
            subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
            faults.check_passes("a disk that only reads", places)


def _memory(faults: Faults) -> None:
    with faults.world() as places:
        for most in (512, 1024):
            limit = lambda m=most: resource.setrlimit(resource.RLIMIT_AS, (m * MB, m * MB))  # noqa: E731
            run = lambda to=limit: _as_command(places, to)  # noqa: E731
            faults.check_broken(f"{most} MB of memory (RLIMIT_AS)", places, run, "memory")
        faults.check_passes("too little memory", places)


def _signals(faults: Faults) -> None:
    with faults.world() as places:
        before = _digest(places)
        for number, line in (
            (signal.SIGTERM, "landing"),
            (signal.SIGINT, "building"),
            (signal.SIGTERM, "judging"),
        ):
            code, seconds, said = _stopped(places, number, line)
            stopped = [x for x in said.splitlines() if x.startswith("Stopped.")]
            runs = _runs(places)
            held = code == 128 + number and seconds <= 5 and len(stopped) == 1 and _digest(places) == before
            held = held and "STARTED" not in runs and "Traceback" not in said
            outcome = f"exit {code} in {seconds:.1f} s; runs {runs}; {''.join(stopped)}"
            faults.check(f"{number.name} while {line}", outcome, held)
        faults.check_passes("stopped", places)


def _at_once(faults: Faults) -> None:
    for many in (2, 5):
        with faults.world() as places:
            log = [places.release.with_name(f"log-{i}") for i in range(many)]
            children = [
                preloaded.fork(lambda to=to: preloaded.command(preloaded.words_of(places), to)) for to in log
            ]
            codes = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
            told = sum("another refresh is running" in to.read_text(encoding="utf-8") for to in log)
            held = codes == [0] + [75] * (many - 1) and told == many - 1 and current_number(places) == 2
            faults.check(
                f"{many} refreshes at once", f"exits {codes}; told that one is running: {told}", held
            )


def _publication(faults: Faults) -> None:
    """The last step alone, over a build that the gate has let through."""
    with faults.world() as places:
        code, said = preloaded.refresh(places)
        assert code == 0, said
        stop = faults.base / "stop"
        readers = [
            subprocess.Popen([sys.executable, "-m", "tests.support.readers", str(places.release), str(stop)],
                             stdout=subprocess.PIPE)
            for _ in range(2)
        ]  # fmt: skip
        holding = subprocess.Popen(
            [sys.executable, "-c", HOLDING, str(places.current), str(stop)], stdout=subprocess.PIPE
        )
        time.sleep(3)
        published = preloaded.ask(lambda: _publish_twenty_times(places))
        stop.touch()
        said_by = [reader.communicate()[0].decode().strip() for reader in (*readers, holding)]
        is_clean = (
            all('"failed": 0, "torn": 0' in x for x in said_by[:2])
            and said_by[2] == "10 cursors read to their end"
        )
        numbers = published["numbers"]
        faults.check(
            "20 publications under 10 open cursors", f"{said_by[2]}; readers {said_by[:2]}", is_clean
        )
        faults.check(
            "20 publications, numbers in order", f"{numbers[0]} to {numbers[-1]}", numbers == [*range(3, 23)]
        )
        faults.check(
            "on the disk (fsync) before its rename", f"{published['synced']} of 20", published["synced"] == 20
        )
        clock = published["clock"]
        faults.check(
            "the clock back and forth by a day", f"releases {clock}, the last is current", clock == [24, 23]
        )


def _publish_twenty_times(places: WarehousePaths) -> dict[str, Any]:
    from expectations.verdict import GateDecision
    from ingest.ledger import Ledger
    from orchestration.defs.checks import VERDICT_FILE
    from publication.release import publish as release
    from publication.release.pointer import CURRENT_ASIDE, releases

    verdict, ledger = GateDecision.read(places.restricted / VERDICT_FILE), Ledger(places.ledger)
    calls: list[tuple[str, str]] = []
    sync, rename = os.fsync, os.rename

    def noted_sync(handle: int) -> None:
        sync(handle)
        calls.append(("fsync", str(Path(f"/proc/self/fd/{handle}").readlink())))

    def noted_rename(source: Any, target: Any, **more: Any) -> None:
        calls.append(("rename", os.fsdecode(source)))
        rename(source, target, **more)

    os.fsync, os.rename = noted_sync, noted_rename
    numbers, synced = [], 0
    for _ in range(20):
        calls.clear()
        numbers.append(release.publish(places, ledger, verdict, "proof", {}))
        whole = places.releases / f"{numbers[-1]:06d}"
        aside = str(whole.with_name(f".{whole.name}.aside"))
        at = calls.index(("rename", aside))
        before = {path for what, path in calls[:at] if what == "fsync"}
        owed = {aside + str(p)[len(str(whole)) :] for p in [whole, *whole.rglob("*")]}
        link = calls.index(("rename", str(places.release / CURRENT_ASIDE)))
        after = [path for what, path in calls[at:link] if what == "fsync"]
        synced += owed <= before and str(places.releases) in after
    now = release.utc_now
    for day in ("2020-01-01T00:00:00+00:00", "2040-01-01T00:00:00+00:00"):
        release.utc_now = lambda day=day: day
        release.publish(places, ledger, verdict, "proof", {})
    release.utc_now = now
    listed = releases(places, ledger)
    current = [r.release for r in listed if r.is_current]
    return {"numbers": numbers, "synced": synced, "clock": [*current, listed[1].release]}


HOLDING = """
import sys, time, duckdb
from pathlib import Path
held = []
for _ in range(10):
    db = duckdb.connect(f"{sys.argv[1]}/marts.duckdb", read_only=True)
    db.execute("set enable_progress_bar = false")
    rows = db.execute("select count(*) from fct_indicator_values").fetchone()[0]
    cursor = db.execute("select * from fct_indicator_values")
    held.append((db, cursor, rows - len(cursor.fetchmany(100))))
while not Path(sys.argv[2]).exists():
    time.sleep(0.05)
print(sum(len(cursor.fetchall()) == left > 0 for _, cursor, left in held), "cursors read to their end")
"""


def _limited(places: WarehousePaths, limit: Limit) -> tuple[int, str]:
    def around(run: Callable[[], None]) -> None:
        limit()
        run()

    return preloaded.refresh(places, around)


def _as_command(places: WarehousePaths, limit: Limit | None = None) -> tuple[int, str]:
    """The command in a process of its own from the start."""
    command = [str(Path(sys.executable).with_name("line-of-sight")), *preloaded.words_of(places)]
    ended = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=limit, check=False
    )
    return ended.returncode, ended.stdout


def _stopped(places: WarehousePaths, number: signal.Signals, line: str) -> tuple[int, float, str]:
    log = places.release.with_name("log")
    child = preloaded.fork(lambda: preloaded.command(preloaded.words_of(places), log))
    while not (log.exists() and f"\n{line}" in log.read_text(encoding="utf-8")):
        time.sleep(0.05)
    time.sleep(0.3)
    sent = time.monotonic()
    os.killpg(child, number)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - sent
    said = log.read_text(encoding="utf-8")
    log.unlink()
    return os.waitstatus_to_exitcode(status), seconds, said


def _runs(places: WarehousePaths) -> dict[str, int]:
    with closing(sqlite3.connect(places.restricted / "dagster" / "history" / "runs.db")) as runs:
        return dict(runs.execute("select status, count(*) from runs group by 1"))


def _digest(places: WarehousePaths) -> str:
    whole = places.current.resolve()
    files = sorted(p for p in whole.rglob("*") if p.is_file())
    return hashlib.sha256(b"".join(str(p).encode() + p.read_bytes() for p in files)).hexdigest()


def _size(folder: Path) -> int:
    return sum(p.stat().st_blocks * 512 for p in folder.rglob("*") if not p.is_symlink())


@contextmanager
def _mounted(place: Path, options: str) -> Iterator[Path | None]:
    """A small disk in memory; None where this user may not mount one."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False
    )
    try:
        yield place if mounted.returncode == 0 else None
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", str(place)], check=True)
        place.rmdir()


if __name__ == "__main__":
    sys.exit(main())
