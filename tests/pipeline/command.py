"""Run the real command in a process of its own, as a person or a schedule would."""

import os
import subprocess
import sys
from pathlib import Path

from ingest.places import Places

COMMAND = Path(sys.executable).with_name("line-of-sight")


def line_of_sight(*words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`line-of-sight WORDS`, with its output and exit code."""
    env = os.environ | ({"HOME": str(home)} if home else {})
    return subprocess.run(
        [str(COMMAND), *words], capture_output=True, text=True, env=env, timeout=600, check=False
    )


def refresh(places: Places, *more: str) -> subprocess.CompletedProcess[str]:
    """`line-of-sight refresh` over these places."""
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    return line_of_sight("refresh", *where, *more)
