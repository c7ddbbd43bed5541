"""Run the real command in a process of its own, as a person or a schedule would.

The processes are forked from one that has loaded Dagster, dbt and Great Expectations: a third of a small
refresh is loading them.
"""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

import duckdb

from ingest.paths import WarehousePaths

COMMAND = Path(sys.executable).with_name("line-of-sight")
PATIENCE = 600  # seconds
PUBLISHED = (0, 4)  # how what publishes ends; the second where it holds some figures
_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["tests.support.loaded"])


def line_of_sight(*words: str, home: Path | None = None) -> CompletedProcess[str]:
    """`line-of-sight WORDS`, with its output and exit code. Raises TimeoutExpired."""
    env = dict(os.environ) | ({"HOME": str(home)} if home else {})
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder, "out"), Path(folder, "err")
        process = _forking.Process(target=_command, args=(list(words), env, Path.cwd(), said))
        process.start()
        process.join(PATIENCE)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired([COMMAND.name, *words], PATIENCE)
        out, err = (path.read_text(encoding="utf-8") for path in said)
    return CompletedProcess([COMMAND.name, *words], process.exitcode, out, err)


def _command(words: list[str], env: dict[str, str], folder: Path, said: tuple[Path, Path]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    for number, path in enumerate(said, 1):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, number)
        os.close(handle)
    from orchestration import cli

    cli.main(words)


def refresh(places: WarehousePaths, *more: str) -> CompletedProcess[str]:
    """`line-of-sight refresh` over these places."""
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    return line_of_sight("refresh", *where, *more)


def close(places: WarehousePaths, month: str, *more: str) -> CompletedProcess[str]:
    """`line-of-sight close MONTH` over these places: the month is final, and there is a public pack."""
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    return line_of_sight("close", month, "--by", "A. Tester", *where, *more)


def value(places: WarehousePaths, indicator: str, month: str, la_code: str = "301") -> tuple:
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
