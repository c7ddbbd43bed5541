"""One council's report on the clock, in every format, and the pages of 153 councils.

The councils are invented and small. Every measurement is the real command in a process of its own, start-up
and all; seconds are the clock's, CPU is the command's own, so that a busy machine shows as the difference.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from ingest.paths import WarehousePaths
from synthetic import invent
from tests.support.command import PUBLISHED, line_of_sight, refresh

AUTHORITIES, MONTHS, CHILDREN = 153, ["2025-02", "2025-03"], 20
ASKED = (
    ("one council, html", ("--authority", "001", "--format", "html")),
    ("one council, pdf", ("--authority", "001", "--format", "pdf")),
    ("one council, xlsx", ("--authority", "001", "--format", "xlsx")),
    ("one council, all three", ("--authority", "001")),
    (f"{AUTHORITIES} councils, html", ("--authority", "all", "--format", "html")),
)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        invent(AUTHORITIES, MONTHS, CHILDREN, 3, base)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        ended = refresh(places)
        if ended.returncode not in PUBLISHED:
            print(ended.stderr)
            return 1
        print(f"{'what':24} {'files':>6} {'seconds':>8} {'CPU':>7} {'MB':>6}")
        for what, asked in ASKED:
            began, used = time.monotonic(), _cpu()
            made = line_of_sight("report", *asked, "--release", str(places.release))
            seconds, cpu = time.monotonic() - began, _cpu() - used
            files = [Path(line) for line in made.stdout.split()]
            if made.returncode or not files:
                print(made.stderr)
                return 1
            size = sum(file.stat().st_size for file in files) / 1e6
            print(f"{what:24} {len(files):6} {seconds:8.1f} {cpu:7.1f} {size:6.1f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
