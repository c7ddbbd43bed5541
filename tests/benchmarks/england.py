"""A full build of an invented England, then a further month after 12 and 36 snapshots.

Takes a quarter of an hour, 25 GB of disk and both cores. Of the snapshots before the first invented month
only the returns that are read month by month are there, the first month's over again: of the others a further
month reads its own extract alone, but it owes every one of those months an answer.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import WarehousePaths
from synthetic import invent
from synthetic.days import months_later
from tests.support.command import COMMAND, PUBLISHED

MONTHS = [months_later("2024-03", count) for count in range(13)]
EARLIER = [months_later("2022-03", count) for count in range(24)]


@dataclass(frozen=True)
class Taken:
    """What one refresh took: seconds of wall and CPU, and the peak memory of its process in GiB."""

    wall: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.wall:7.0f} s wall {self.cpu:7.0f} s CPU {self.peak:6.1f} GiB peak"


def refresh(places: WarehousePaths) -> Taken:
    """Refresh in a process of its own. Raises CalledProcessError where it does not publish."""
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    words = [str(COMMAND), "refresh", *where]
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(words, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        if (code := os.waitstatus_to_exitcode(status)) not in PUBLISHED:
            said.seek(0)
            print(said.read()[-2000:], flush=True)
            raise subprocess.CalledProcessError(code, words)
    return Taken(time.monotonic() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024**2)


def a_further_month(places: WarehousePaths, held: Path) -> Taken:
    """Add the month held back, refresh, and put the warehouse back as it was."""
    newest = places.raw / held.name
    held.rename(newest)
    before = [
        (folder, folder.with_name(f"{folder.name}-before")) for folder in (places.restricted, places.release)
    ]
    for folder, kept in before:
        shutil.copytree(folder, kept, symlinks=True)
    taken = refresh(places)
    newest.rename(held)
    for folder, kept in before:
        shutil.rmtree(folder)
        kept.rename(folder)
    return taken


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--authorities", type=int, default=153)
    asked.add_argument(
        "--children", type=int, default=2600, help="in need at a time, on average, an authority"
    )
    asked.add_argument("--folder", type=Path, help="where to work; a temporary folder unless named")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        base = Path(name)
        summary = invent(given.authorities, MONTHS, given.children, 1, base, jobs=2)
        rows = summary.rows_by_month[MONTHS[-1]]
        print(f"{given.authorities} authorities, {rows:,} rows in the newest snapshot", flush=True)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        held = base / MONTHS[-1]
        (places.raw / MONTHS[-1]).rename(held)
        print(f"full build of {len(MONTHS) - 1} snapshots: {refresh(places)}", flush=True)
        after_12 = a_further_month(places, held)
        print(f"a further month after 12:   {after_12}", flush=True)
        for month in EARLIER:
            for file in sorted((places.raw / MONTHS[0]).glob("*/*.csv")):
                if submitted_formats()[file.stem].history in ("state", "rows"):
                    earlier = places.raw / month / file.parent.name / file.name
                    earlier.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, earlier)
        print(f"{len(EARLIER)} months more, late: {refresh(places)}", flush=True)
        after_36 = a_further_month(places, held)
        print(f"a further month after 36:   {after_36}", flush=True)
        wall, cpu = after_36.wall / after_12.wall, after_36.cpu / after_12.cpu
        print(f"36 / 12: wall {wall:.2f}, CPU {cpu:.2f}  (aim 1.3)")


if __name__ == "__main__":
    main()
