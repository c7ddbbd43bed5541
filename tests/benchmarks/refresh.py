"""A one-month refresh of the demo beside a bare `dbt build` and the imports alone.

Each is a process of its own; wall and CPU seconds are medians of several runs taken in turn, in one run.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ingest.paths import DBT_PROJECT, WarehousePaths
from synthetic import invent
from tests.support.command import PUBLISHED

ROUNDS = 3
IMPORTS = (
    "import dagster, dagster_dbt, dbt.cli.main, great_expectations, orchestration.cli, orchestration.pipeline"
)
BIN = Path(sys.executable).parent


def timed(words: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process and its children. Raises CalledProcessError where it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    ended = subprocess.run(words, env=os.environ | env, check=False, capture_output=True)
    if ended.returncode not in PUBLISHED:
        ended.check_returncode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - started, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        months = ["2025-01", "2025-02", "2025-03"]
        invent(3, months, 300, 1, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        newest = base / "raw" / months[-1]
        held = base / months[-1]
        newest.rename(held)
        where = [
            "--raw",
            str(places.raw),
            "--reference",
            str(places.reference),
            "--release",
            str(places.release),
        ]
        refresh = [str(BIN / "line-of-sight"), "refresh", *where]
        timed(refresh, {})  # the months before, and every cache warm
        held.rename(newest)
        before = base / "before"
        shutil.copytree(places.restricted, before)
        releases = base / "releases-before"
        shutil.copytree(places.release, releases, symlinks=True)
        dbt = [
            str(BIN / "dbt"), "build", "--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT),
            "--target-path", str(base / "target"), "--log-path", str(base / "logs"), "--quiet",
            "--exclude", "tag:contract", "--exclude-resource-type", "unit_test",
        ]  # fmt: skip
        taken: dict[str, list[tuple[float, float]]] = {"refresh": [], "dbt build": [], "imports": []}
        for number in range(ROUNDS + 1):
            for folder_of, kept in ((places.restricted, before), (places.release, releases)):
                shutil.rmtree(folder_of)
                shutil.copytree(kept, folder_of, symlinks=True)
            ran = {
                "refresh": timed(refresh, {}),
                "dbt build": timed(dbt, {"LINE_OF_SIGHT_WAREHOUSE": str(places.warehouse)}),
                "imports": timed([sys.executable, "-c", IMPORTS], {}),
            }
            if number:  # the first round warms dbt's partial parse
                for name, seconds in ran.items():
                    taken[name].append(seconds)
    medians = {n: tuple(statistics.median(r[i] for r in runs) for i in (0, 1)) for n, runs in taken.items()}
    for name, (wall, cpu) in medians.items():
        print(f"{name:10} {wall:6.1f} s wall {cpu:6.1f} s CPU")
    for i, kind in enumerate(("wall", "CPU")):
        both = medians["dbt build"][i] + medians["imports"][i]
        print(f"refresh / (dbt build + imports), {kind}: {medians['refresh'][i] / both:.2f}  (aim 1.5)")


if __name__ == "__main__":
    main()
