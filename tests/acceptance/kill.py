"""Fifty refreshes killed outright, at seeded instants of ingest, build and publication.

A small warehouse has published one release; a later month and a resubmission have come. Each round begins
with a copy of it whose refresh was killed as it came to publication. That last step is killed in it, then one
or two refreshes of the same world, each with its process group; the release is looked at after each, and a
plain refresh is run again. Half of the kills in publication come within 20 ms of a rename. Two readers poll
the release all the while.

Counts: releases torn, reads that failed, refreshes afterwards that end otherwise than one never disturbed
(marts, Parquet and CSV bytes, manifest, receipts, landed files), and what was left behind. All should be 0.
"""

import fcntl
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.contracts.reporting_policy import Policies
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.warehouse import months
from orchestration.cli.console import PROGRESS
from publication.release.pointer import current_number, damaged
from synthetic import invent
from tests.support import preloaded

SEED = 5
KILLS = {"ingest": 15, "build": 17, "publication": 10, "rename": 10}
NEAR_RENAME_SECONDS = 0.02
READERS = 2
WAITS_SECONDS = {"ingest": 0.15, "build": 0.3, "publication": 0.3}
HELD_SECONDS = 5.0
# what of two refreshes of the same inputs may differ: who ran them, and the bytes of a DuckDB file, whose
# tables are compared, and of a workbook, which says when it was made
OF_THE_RUN = ("run_id", "release", "files")
LEDGER = {
    "receipts": "return_name, reporting_month, la_code, version, source_format, file, sha256, content_id, "
    "status, reason, row_count, kept_count, finding_count, landed",
    "folders": "*",
    "month_events": "la_code, reporting_month, event, by_name, last_receipt_id",
    "kept_closings": "event_id, part",
}


AIMS = (
    "torn releases",
    "reads failed",
    "refreshes that fail after",
    "refreshes that differ after",
    "leftovers",
)


@dataclass(frozen=True)
class Kill:
    """Where one refresh is killed: at which line of progress, file or rename, and how long after."""

    phase: str
    at: int
    wait: float
    hold: float = 0.0  # how long the refresh itself stops there

    def is_at(self, line: str, counted: Counter[str]) -> bool:
        """Whether this is the line. Counts the lines of each phase."""
        phase = phase_of(line)
        counted[phase] += 1
        return phase == self.phase and counted[phase] == self.at


def phase_of(line: str) -> str:
    """The phase that a line of progress belongs to."""
    first = line.split()[0]
    if first in ("opening", "landing", "choosing"):
        return "ingest"
    publication = dict.fromkeys(("writing", "protecting", "publishing"), "publication")
    return {"building": "build", "judging": "build", **publication}.get(first, "start")


def main() -> int:
    """Fifty-two kills; with a number, at most that many of each kind."""
    os.environ[PROGRESS] = "lines"  # a kill is aimed by them
    if sys.argv[1:]:
        KILLS.update({kind: min(count, int(sys.argv[1])) for kind, count in KILLS.items()})
    with tempfile.TemporaryDirectory(prefix="acceptance SUITE=kill-") as folder:
        return prove(Path(folder))


def prove(base: Path) -> int:
    started = time.monotonic()
    first = a_warehouse(base)
    undisturbed = base / "undisturbed"
    _copy(first, undisturbed)
    lines = Counter(phase_of(line) for line in _refresh(base, undisturbed))
    expected = {2: preloaded.ask(lambda: _state(_places(base, undisturbed)))}
    _refresh(base, undisturbed)  # a refresh killed once it has published is followed by a third release
    expected[3] = preloaded.ask(lambda: _state(_places(base, undisturbed)))
    ready = base / "ready"
    _copy(first, ready)
    _killed(_places(base, ready), Kill("publication", 1, 0.0, HELD_SECONDS), is_whole=True)
    aside = base / "aside"
    _copy(ready, aside)
    files = preloaded.ask(lambda: _files_touched(_places(base, aside)))

    watched, stop = base / "watched", base / "stop"
    _point(watched, undisturbed / "release")
    readers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.readers", str(watched), str(stop)], stdout=subprocess.PIPE
        )
        for _ in range(READERS)
    ]
    totals: Counter[str] = Counter()
    try:
        for number, kills in enumerate(_planned(lines, files), 1):
            world = base / f"round-{number}"
            _copy(ready, world)
            _point(watched, world / "release")
            found = _round(base, world, kills, expected)
            totals.update(found)
            amiss = ", ".join(f"{name} {count}" for name, count in found.items() if count and name in AIMS)
            phases = " ".join(kill.phase for kill in kills)
            print(f"{totals['kills']:2} kills  {phases:26} {amiss or 'as it should be'}", flush=True)
            _point(watched, undisturbed / "release")
            shutil.rmtree(world)
    finally:
        stop.touch()
        for reader in readers:
            said = json.loads(reader.communicate()[0] or "{}")
            totals.update(
                {"reads": said.get("reads", 0), "reads failed": said.get("failed", 1)}
                | {"torn releases": said.get("torn", 1)}
            )
    print(f"\n{'kills':28}{totals['kills']:6}   of them before the end of the refresh {totals['killed']}")
    print(f"{'plain refreshes after':28}{totals['refreshes']:6}")
    print(f"{'release 1, then 2 current':28}{totals['still 1']:6} {totals['already 2']:6}   after the kill")
    print(f"{'reads':28}{totals['reads']:6}   every {50} ms by {READERS} readers")
    for aim in AIMS:
        print(f"{aim:28}{totals[aim]:6}   aim 0")
    print(f"{'minutes':28}{(time.monotonic() - started) / 60:6.1f}")
    return 1 if any(totals[aim] for aim in AIMS) or totals["killed"] < 50 * (len(sys.argv) == 1) else 0


def a_warehouse(base: Path) -> Path:
    """A world with one release; then a second month comes, and the first one's contacts again."""
    invent(1, ["2025-02", "2025-03"], 20, SEED, base)
    later = base / "raw" / "2025-03"
    later.rename(base / "later")
    first = base / "first"
    first.mkdir()
    _refresh(base, first)
    settled = months.Decision(("2025-02",), "A. Tester")
    with closing(Ledger(_places(base, first).ledger)) as ledger:  # the refresh that is killed publishes it
        ledger.add_events(months.close(ledger, Policies(), settled))
    (base / "later").rename(later)
    contacts = base / "raw" / "2025-02" / "001" / "contacts.csv"
    contacts.write_bytes(b"".join(contacts.read_bytes().splitlines(keepends=True)[:-1]))
    return first


def _planned(lines: Counter[str], files: int) -> list[list[Kill]]:
    """Rounds, each of a kill in publication and what of the others falls to it."""
    chance = random.Random(SEED)
    others = [
        Kill(phase, chance.randint(1, lines[phase]), chance.uniform(0, WAITS_SECONDS[phase]))
        for phase in ("ingest", "build")
        for _ in range(KILLS[phase])
    ]
    last = [
        Kill("publication", chance.randint(1, files), chance.uniform(0, WAITS_SECONDS["publication"]))
        for _ in range(KILLS["publication"])
    ]
    last += [
        Kill("rename", at, chance.uniform(0, NEAR_RENAME_SECONDS), chance.choice((0, NEAR_RENAME_SECONDS)))
        for at in (1, 2)
        for _ in range(KILLS["rename"] // 2)
    ]
    chance.shuffle(others)
    chance.shuffle(last)
    return [[kill, *others[number :: len(last)]] for number, kill in enumerate(last)]


def _round(base: Path, world: Path, kills: Sequence[Kill], undisturbed: dict[int, Any]) -> Counter[str]:
    places, found = _places(base, world), Counter[str]()
    for kill in kills:
        was_killed = _killed(places, kill, is_whole=kill.phase in ("ingest", "build"))
        number = current_number(places)
        torn = number not in (1, 2) or bool(damaged(places.current.resolve()))
        found.update({"kills": 1, "killed": was_killed, "torn releases": torn})
        found.update({"still 1": number == 1, "already 2": number == 2})
    found["refreshes"] = 1
    try:
        _refresh(base, world)
    except RuntimeError as failed:
        print(failed)
        found["refreshes that fail after"] = 1
        return found
    state, expected = preloaded.ask(lambda: _state(places)), undisturbed[current_number(places) or 0]
    differing = sorted(k for k in expected.keys() | state.keys() if expected.get(k) != state.get(k))
    left = left_behind(places)
    if differing or left:
        print("  ", differing[:5], left[:5])
    found["refreshes that differ after"], found["leftovers"] = bool(differing), len(left)
    return found


def _places(base: Path, world: Path) -> WarehousePaths:
    return WarehousePaths.of(base / "raw", base / "reference", world / "release")


def _refresh(base: Path, world: Path) -> list[str]:
    """A refresh undisturbed. The lines of its progress; raises where it does not publish."""
    code, said = preloaded.refresh(_places(base, world))
    if code:
        raise RuntimeError(f"a plain refresh ended with {code}: {said[-500:]}")
    return [line for line in said.splitlines() if line.strip()]


def _killed(places: WarehousePaths, kill: Kill, is_whole: bool) -> bool:
    """A refresh, or its last step alone, killed with its process group. Whether it was still running then."""
    hearing, saying = os.pipe()

    def whole() -> None:
        preloaded.command(preloaded.words_of(places), places.release.with_name("log"))

    def last_step() -> None:
        os.setsid()
        _publish(places)
        time.sleep(HELD_SECONDS)  # the refresh has its run to end

    child = preloaded.fork(lambda: _say_when(kill, saying, whole if is_whole else last_step))
    os.close(saying)
    os.read(hearing, 1)  # where the kill is due, or at the end of a refresh that never came there
    os.close(hearing)
    time.sleep(kill.wait)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _publish(places: WarehousePaths) -> None:
    from expectations.verdict import GateDecision
    from ingest.ledger import Ledger
    from orchestration.defs.checks import VERDICT_FILE
    from publication.release import publish as release

    verdict = GateDecision.read(places.restricted / VERDICT_FILE)
    with closing(Ledger(places.ledger)) as ledger:
        release.publish(places, ledger, verdict, "proof", {})


def _files_touched(places: WarehousePaths) -> int:
    """How many times the last step opens a file."""
    count = 0

    def on_event(event: str, _: tuple[Any, ...]) -> None:
        nonlocal count
        count += event == "open"

    sys.addaudithook(on_event)
    _publish(places)
    return count


def _say_when(kill: Kill, saying: int, run: Callable[[], None]) -> None:
    """Run it; a byte is sent when it comes to where it is to be killed."""
    from orchestration.runtime import progress

    counted: Counter[str] = Counter()

    def due() -> None:
        os.write(saying, b".")
        time.sleep(kill.hold)

    def on_line(line: str) -> None:
        if kill.is_at(line, counted):
            due()

    def on_open(event: str, _: tuple[Any, ...]) -> None:
        counted["open"] += event == "open"
        if event == "open" and counted["open"] == kill.at:
            due()

    def on_rename(event: str, given: tuple[Any, ...]) -> None:
        if event == "os.rename" and Path(os.fsdecode(given[0])).name.endswith(".aside"):
            target = Path(os.fsdecode(given[1]))
            if (kill.at == 1 and target.parent.name == "releases") or (
                kill.at == 2 and target.name == "current"
            ):
                due()

    if kill.phase == "rename":
        sys.addaudithook(on_rename)
    elif kill.phase == "publication" and not kill.hold:
        sys.addaudithook(on_open)
    with progress.subscribed(on_line):
        run()


def _state(places: WarehousePaths) -> dict[str, Any]:
    """All that a refresh leaves which must not depend on what happened on the way."""
    import duckdb

    from publication.release.export import mart_names

    whole = places.current.resolve()
    manifest = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    state = {f"manifest {k}": _digest(v) for k, v in manifest.items() if k not in OF_THE_RUN}
    state |= {
        str(p.relative_to(whole)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in whole.rglob("*")
        if p.is_file() and p.name != "manifest.json" and p.suffix not in (".duckdb", ".xlsx")
    }
    for file in whole.rglob("*.duckdb"):
        with duckdb.connect(str(file), read_only=True) as db:
            for (name,) in db.sql("select table_name from duckdb_tables()").fetchall():
                row = db.sql(f"select count(*), bit_xor(hash(t))::varchar from {name} as t").fetchone()
                state[f"{file.name} {name}"] = _digest(row)
    for file in whole.rglob("*.xlsx"):
        with zipfile.ZipFile(file) as book:
            parts = [(n, hashlib.sha256(book.read(n)).hexdigest()) for n in book.namelist()]
        state[file.name] = _digest([part for part in parts if part[0] != "docProps/core.xml"])
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        state["warehouse marts"] = _digest(mart_names(db))
    with closing(sqlite3.connect(places.ledger)) as ledger:
        for table, columns in LEDGER.items():
            rows = ledger.execute(f"select {columns} from {table}").fetchall()
            state[f"ledger {table}"] = _digest(sorted(rows, key=repr))
    state["landed"] = _digest(sorted(str(p.relative_to(places.landing)) for p in places.landing.rglob("*.*")))
    state["first published"] = _digest(sorted(p.name for p in places.first_published.iterdir())[-1:])
    return state


def _digest(of: object) -> str:
    return hashlib.sha256(json.dumps(of, default=str).encode()).hexdigest()[:16]


def left_behind(places: WarehousePaths) -> list[str]:
    """Temporary files, a lock that is held, runs of Dagster that never ended."""
    left = [
        str(p)
        for folder in (places.release, places.restricted)
        for p in folder.rglob("*")
        if p.name.endswith((".aside", ".wal", ".tmp", "-journal")) or p.name.startswith(".tmp")
    ]
    with places.lock.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            left.append("the lock is held")
    with closing(sqlite3.connect(places.restricted / "dagster" / "history" / "runs.db")) as runs:
        left += [
            f"a run is {status}"
            for (status,) in runs.execute("select status from runs")
            if status not in ("SUCCESS", "FAILURE", "CANCELED")
        ]
    return left


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True)


def _point(link: Path, target: Path) -> None:
    aside = link.with_name("watched.aside")
    aside.symlink_to(target)
    aside.rename(link)


if __name__ == "__main__":
    sys.exit(main())
