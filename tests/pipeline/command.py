"""Run the real command in a process of its own, as a person or a schedule would."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb

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


def close(places: Places, month: str, *more: str) -> subprocess.CompletedProcess[str]:
    """`line-of-sight close MONTH` over these places: the month is final, and there is a public pack."""
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    return line_of_sight("close", month, "--by", "A. Tester", *where, *more)


def value(places: Places, indicator: str, month: str, la_code: str = "301") -> tuple:
    """What the current release answers for a month, in total: (value, its status)."""
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        [row] = db.execute(
            """
            select value, value_status from fct_indicator_values
            where indicator_id = ? and strftime(period_end, '%Y-%m') = ? and la_code = ?
                and period_basis in ('month', 'point_in_time') and breakdown_type = 'all'
            """,
            [indicator, month, la_code],
        ).fetchall()
    return row
