"""A warehouse that the code of before made is taken over by this code, and killed while it is.

The code of 70a11dc (before months had states, and ledgers a version) is taken from this clone's history; it
invents a world and releases two months of it. This code then refreshes a copy, undisturbed; and other copies,
killed with their process group at instants from the first second to the last.
Floor: every figure and every figure as first published equal, different 0; after each kill the release that
readers have is whole, each row of the ledger is there, and the refresh afterwards comes to the same figures.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from contextlib import closing, suppress
from io import BytesIO
from pathlib import Path

import duckdb

from ingest.ledger import VERSION
from ingest.paths import WarehousePaths
from publication.release.pointer import current_number, damaged
from tests.support.acceptance_worlds import workshop
from tests.support.command import COMMAND, PUBLISHED

BEFORE = "70a11dc"
HERE = Path(__file__).parents[2]
MONTHS = ("2025-01", "2025-02")
KILLS = 4
FEWEST_FIGURES, FEWEST_FIRST = 1_000, 1_000
KEPT = ("receipts", "repeats", "folders", "published_views", "pins", "releases", "choices")
KEY = "la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value"
FIGURES = "numerator, denominator, value, value_status"
FIRST = "first_numerator, first_denominator, first_value, first_value_status"


def main() -> int:
    with workshop() as base:
        _take_out(base / "before")
        world, whole = base / "world", base / "whole"
        _before(base, "invent", "--authorities", "2", "--months", f"{MONTHS[0]}..{MONTHS[1]}",
                "--children", "40", "--seed", "5", "--out", str(world))  # fmt: skip
        for month in MONTHS:
            _before(base, "refresh", *_where(_places(world)), "--month", month)
        first_ledger = _rows(_places(world).ledger)
        print(f"made by {BEFORE}: release {current_number(_places(world))}, "
              f"{sum(map(len, first_ledger.values()))} rows of ledger")  # fmt: skip

        shutil.copytree(world, whole, symlinks=True)
        began = time.monotonic()
        ended = _refresh(whole).wait()
        lasted = time.monotonic() - began
        if ended not in PUBLISHED:
            print(f"the refresh of the new code ended with {ended}")
            return 1
        figures = _different(world, whole, "fct_indicator_values", FIGURES)
        first = _different(
            world, whole, "fct_indicator_revisions", FIRST, "a.first_value_status <> 'not_submitted'"
        )
        lost = _lost(first_ledger, whole)
        print(f"figures: {figures[0]:,} compared, {figures[1]} different, {figures[2]} not there")
        print(f"as first published: {first[0]:,} compared, {first[1]} different, {first[2]} not there")
        print(f"ledger: schema {_schema(whole)}, {lost} rows lost")

        torn = missing = other = killed = 0
        for number in range(KILLS):
            copy = base / f"copy-{number}"
            shutil.copytree(world, copy, symlinks=True)
            at = lasted * (number + 0.5) / KILLS
            killed += _killed(copy, at)
            places = _places(copy)
            torn += bool(damaged(places.current))
            missing += _lost(first_ledger, copy)
            again = _refresh(copy).wait()
            same = [
                _different(whole, copy, name, columns)[1:] == (0, 0)
                for name, columns in (("fct_indicator_values", FIGURES), ("fct_indicator_revisions", FIRST))
            ]
            other += again not in PUBLISHED or not all(same)
            how = "the same" if all(same) else "OTHER"
            print(f"  killed after {at:.0f} s of {lasted:.0f}: then {again}, its figures {how}", flush=True)
            shutil.rmtree(copy)
        print(f"kills {killed}; releases torn {torn}; rows of ledger lost {missing}; ended otherwise {other}")
    floors = (
        figures[0] >= FEWEST_FIGURES, first[0] >= FEWEST_FIRST, not any((*figures[1:], *first[1:], lost)),
        killed >= KILLS - 1, not (torn or missing or other),
    )  # fmt: skip
    return 0 if all(floors) else 1


def _take_out(folder: Path) -> None:
    """The code of before, as its commit has it."""
    asked = subprocess.run(["git", "archive", BEFORE], cwd=HERE, capture_output=True, check=False)
    if asked.returncode:
        sys.exit(f"needs the commit {BEFORE}, which a shallow clone has not: git fetch --unshallow")
    with tarfile.open(fileobj=BytesIO(asked.stdout)) as tar:
        tar.extractall(folder, filter="data")


def _before(base: Path, *words: str) -> None:
    """Run a command of the code of before."""
    code = "import sys; from orchestration.cli import main; main(sys.argv[1:])"
    env = dict(os.environ) | {"PYTHONPATH": str(base / "before")}
    subprocess.run([sys.executable, "-c", code, *words], cwd=base / "before", env=env, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip


def _places(world: Path) -> WarehousePaths:
    return WarehousePaths.of(world / "raw", world / "reference", world / "release")


def _where(places: WarehousePaths) -> list[str]:
    return ["--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release)]


def _refresh(world: Path) -> "subprocess.Popen[bytes]":
    """This code's refresh, the leader of a process group."""
    return subprocess.Popen(
        [COMMAND, "refresh", *_where(_places(world))],
        cwd=HERE, env=dict(os.environ) | {"PYTHONPATH": str(HERE)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, process_group=0,
    )  # fmt: skip


def _killed(world: Path, seconds: float) -> bool:
    process = _refresh(world)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def _rows(ledger: Path) -> dict[str, set[tuple]]:
    """Every row of the tables that the ledger of before had, by table."""
    with closing(sqlite3.connect(ledger)) as db:
        return {name: set(db.execute(f"select * from {name}").fetchall()) for name in KEPT}


def _lost(before: dict[str, set[tuple]], world: Path) -> int:
    """How many rows of before are not in the ledger as it stands."""
    now = _rows(_places(world).ledger)
    return sum(len(rows - now[name]) for name, rows in before.items())


def _schema(world: Path) -> str:
    with closing(sqlite3.connect(_places(world).ledger)) as db:
        [(found,)] = db.execute("pragma user_version").fetchall()
    return f"{found} of {VERSION}"


def _different(one: Path, other: Path, mart: str, columns: str, where: str = "true") -> tuple[int, int, int]:
    """(compared, different, not there) of the rows of the first's mart, beside the other's by key."""
    names = [name.strip() for name in columns.split(",")]
    same = " and ".join(
        f"a.{name} is not distinct from b.{name}" if name.endswith("status")
        else f"round(a.{name}, 9) is not distinct from round(b.{name}, 9)"
        for name in names
    )  # fmt: skip
    with duckdb.connect() as db:
        for alias, world in (("one", one), ("other", other)):
            db.execute(f"attach '{_places(world).current / 'marts.duckdb'}' as {alias} (read_only)")
        [(compared, different, missing)] = db.sql(f"""
            select
                count(*) filter (where b.la_code is not null),
                count(*) filter (where b.la_code is not null and not ({same})),
                count(*) filter (where b.la_code is null)
            from one.{mart} as a
            left join other.{mart} as b using ({KEY})
            where {where}
        """).fetchall()
    return compared, different, missing


if __name__ == "__main__":
    sys.exit(main())
