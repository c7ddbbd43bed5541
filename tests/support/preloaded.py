"""The real command in processes forked from one that has loaded Dagster and dbt: many runs, loaded once."""

import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.paths import WarehousePaths


def fork(work: Callable[[], object]) -> int:
    """Run in another process. Its id; it ends with 0, with what the work exited with, or with 1."""
    _load()
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def command(words: list[str], log: Path) -> None:
    """`line-of-sight WORDS` in this process and a process group of its own, all it says kept in the log."""
    os.setsid()
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    from orchestration import cli

    cli.main(words)


def words_of(places: WarehousePaths) -> list[str]:
    """`refresh` over these places."""
    where = ("--raw", places.raw), ("--reference", places.reference), ("--release", places.release)
    return ["refresh", *(str(word) for pair in where for word in pair)]


def refresh(
    places: WarehousePaths, around: Callable[[Callable[[], None]], object] = lambda run: run()
) -> tuple[int, str]:
    """`line-of-sight refresh`: its exit code, and all it said. `around` may set limits before it runs."""
    log = places.release.with_name(places.release.name + ".log")
    child = fork(lambda: around(lambda: command(words_of(places), log)))
    _, status = os.waitpid(child, 0)
    said = log.read_text(encoding="utf-8")
    log.unlink()
    return os.waitstatus_to_exitcode(status), said


def ask(question: Callable[[], Any]) -> Any:
    """The answer, worked out in another process: DuckDB's threads must not be there to be forked."""
    hearing, saying = os.pipe()

    def answer() -> None:
        os.close(hearing)
        with os.fdopen(saying, "wb") as out:
            out.write(json.dumps(question(), default=str).encode())

    child = fork(answer)
    os.close(saying)
    with os.fdopen(hearing, "rb") as said:
        answered = said.read()
    os.waitpid(child, 0)
    return json.loads(answered)


def _load() -> None:
    import_module("tests.support.loaded")
