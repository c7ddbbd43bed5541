"""Six authorities, twelve months and faults on DuckDB and Spark: no cell, no byte of the public pack differs.

Then the same on two executors of a cluster on this machine, one of which is killed midway. Needs Java and the
extra. Whole numbers and texts are equal, ratios to 1e-9. `python -m tests.acceptance.spark small` takes two
authorities and three months; LINE_OF_SIGHT_SPARK_MASTER names another master for the first part.
"""

import hashlib
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

from ingest.paths import DBT_PROJECT, WarehousePaths
from orchestration.engine import spark
from synthetic import invent
from tests.support.acceptance_worlds import workshop
from tests.support.command import PUBLISHED, close, refresh
from tests.support.two_engines import compare_made, total

MONTHS = [f"2024-{month:02d}" for month in range(4, 13)] + ["2025-01", "2025-02", "2025-03"]
CLUSTER = "local-cluster[2,1,2048]"
FAULTS = ("31/02/2025", "", "#REF!", "9999", "not a date", "1.2E+11")
CLOSED = ("--incomplete", "--reason", "what is missing will not come")


def main(size: str = "") -> int:
    try:
        spark.check()
    except spark.EngineError as missing:
        print(f"left out: {missing}")
        return 1
    authorities, children, months = (2, 40, MONTHS[-3:]) if size == "small" else (6, 120, MONTHS)
    os.environ[spark.KEPT] = "to compare"
    with workshop() as base:
        invent(authorities, months, children, 20, base)
        print(
            f"world: {authorities} authorities, {len(months)} months, {_disturb(base / 'raw')} cells spoilt",
            flush=True,
        )
        print(f"dispatched macros: {_dispatched()}; models copied: {_copied()}", flush=True)
        first = _places(base, "duckdb")
        _made(first, "duckdb", months)
        wrong = _copied()
        wrong += _compared(first, base, "one machine", months)
        os.environ[spark.MASTER], os.environ[spark.MEMORY] = CLUSTER, "1g"
        with _an_executor_killed() as killed:
            wrong += _compared(first, base, "two executors, one killed", months)
        print(f"executors killed: {len(killed)}")
        wrong += not killed
    print(f"amiss: {wrong}, floor 0")
    return 1 if wrong else 0


def _places(base: Path, name: str) -> WarehousePaths:
    return WarehousePaths.of(base / "raw", base / "reference", base / name)


def _made(places: WarehousePaths, engine: str, months: list[str]) -> None:
    """A world refreshed, its months closed, and how long that took."""
    for what, work in (
        ("refresh", lambda: refresh(places, "--engine", engine)),
        ("close", lambda: close(places, f"{months[0]}..{months[-1]}", *CLOSED, "--engine", engine)),
    ):
        began = time.monotonic()
        ended = work()
        assert ended.returncode in PUBLISHED, ended.stdout + ended.stderr
        print(f"{engine}: {what} {time.monotonic() - began:.0f} s, exit {ended.returncode}", flush=True)


def _compared(first: WarehousePaths, base: Path, name: str, months: list[str]) -> int:
    places = _places(base, f"spark-{hashlib.sha256(name.encode()).hexdigest()[:8]}")
    _made(places, "spark", months)
    made = list(compare_made(first.warehouse, spark.folder(places)))
    tables, rows, cells, different = total(made)
    print(f"{name}: {tables} tables, {rows:,} rows, {cells:,} cells, different {different}", flush=True)
    for one in made:
        if one.different:
            print(f"  {one.table}: {one.different} of {one.cells}: {'; '.join(one.examples)}")
    ours, theirs = _pack(first), _pack(places)
    same = ours == theirs and bool(ours)
    print(f"{name}: public pack of {len(ours)} files, {'the same bytes' if same else 'other bytes'}")
    for path in sorted(set(ours) | set(theirs)):
        if ours.get(path) != theirs.get(path):
            print(f"  {path} differs")
    return different + (not same)


def _pack(places: WarehousePaths) -> dict[str, str]:
    folder = places.current / "public"
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _disturb(raw: Path) -> int:
    """Spoil a cell here and there, and send a row twice."""
    chance, spoilt = random.Random(20), 0
    for path in sorted(raw.rglob("*.csv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number in range(1, len(lines)):
            cells = lines[number].split(",")
            if chance.random() < 0.004 and '"' not in lines[number]:
                cells[chance.randrange(len(cells))] = chance.choice(FAULTS)
                lines[number] = ",".join(cells)
                spoilt += 1
        if len(lines) > 2 and chance.random() < 0.1:
            lines.append(lines[1])
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return spoilt


def _dispatched() -> int:
    text = (DBT_PROJECT / "macros" / "engine" / "dispatched.sql").read_text(encoding="utf-8")
    return len(re.findall(r"adapter\.dispatch\('\w+'", text))


def _copied() -> int:
    """Models that stand twice, once for each engine: told by a name or a branch that names an engine."""
    models = list((DBT_PROJECT / "models").rglob("*.sql"))
    return sum("spark" in path.name or "target.type" in path.read_text(encoding="utf-8") for path in models)


@contextmanager
def _an_executor_killed() -> Iterator[list[int]]:
    """Kill one executor of the cluster once the models are being built."""
    killed: list[int] = []
    over = Event()

    def watch() -> None:
        since: float | None = None
        while not over.wait(1) and not killed:
            found = _executors()
            since = since or (time.monotonic() if len(found) == 2 else None)
            if since and time.monotonic() - since > 30:
                with suppress(ProcessLookupError):
                    os.kill(found[0], signal.SIGKILL)
                    killed.append(found[0])

    watching = Thread(target=watch, daemon=True)
    watching.start()
    yield killed
    over.set()
    watching.join()


def _executors() -> list[int]:
    """The executors below this process: of no other's cluster."""
    parents: dict[int, int] = {}
    words: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError, ValueError, IndexError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
                words[int(entry.name)] = (entry / "cmdline").read_bytes().decode("utf-8", "replace")

    def is_below(pid: int) -> bool:
        while pid in parents:
            if pid == os.getpid():
                return True
            pid = parents[pid]
        return False

    return sorted(
        pid for pid, said in words.items() if "CoarseGrainedExecutorBackend" in said and is_below(pid)
    )


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
