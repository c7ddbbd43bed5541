"""Readers who poll a release while it is written: python -m tests.support.readers FOLDER STOP

FOLDER holds a link `current`, or is itself a link to such a folder. Until the file STOP is there, every 50 ms
the release is read through the link as a BI client would, then its files are held against its manifest:
all hashed where any of them is not as it was when they last were (its place, size and time).
Prints one line of JSON: reads, how many failed, how many were torn.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

from publication.release.pointer import damaged

EVERY_SECONDS = 0.05
Stamp = frozenset[tuple[str, int, int, int]]


def read(folder: Path, whole_before: set[Stamp]) -> bool:
    """Read the current release. Whether all of it is of one release; raises where a read fails.

    `whole_before` holds the files of releases whose hashes were found to be right.
    """
    with duckdb.connect(str(folder / "current" / "marts.duckdb"), read_only=True) as db:
        row = db.sql("select count(*), count(distinct view_month) from fct_indicator_values").fetchone()
    whole = (folder / "current").resolve()
    said = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    is_of_its_folder = f"{said['release']:06d}" == whole.name
    files = _stamp(whole)
    if files not in whole_before and not damaged(whole):
        whole_before.add(files)
    return row is not None and row[0] > 0 and row[1] == 1 and is_of_its_folder and files in whole_before


def _stamp(folder: Path) -> Stamp:
    stats = ((path, path.stat()) for path in folder.rglob("*"))
    return frozenset((str(p), s.st_ino, s.st_size, s.st_mtime_ns) for p, s in stats)


def main(folder: Path, stop: Path) -> None:
    reads = failed = torn = 0
    whole_before: set[Stamp] = set()
    while not stop.exists():
        here = folder.resolve()
        reads += 1
        try:
            amiss = "" if read(here, whole_before) else "not of one release"
        except Exception as error:
            amiss = f"{type(error).__name__}: {error}"
        # where the experiment has moved on to another world, it takes this one away under the reader
        if amiss and here == folder.resolve():
            failed += amiss != "not of one release"
            torn += amiss == "not of one release"
            print(f"{here}: {amiss}", file=sys.stderr, flush=True)
        time.sleep(EVERY_SECONDS)
    print(json.dumps({"reads": reads, "failed": failed, "torn": torn}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
