"""What the machine could not do is told in one line, and no error's own words with it."""

import errno
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.paths import WarehousePaths
from orchestration.runtime import dbt_build
from orchestration.runtime.dbt_build import BuildError
from orchestration.runtime.error_messages import check_memory, in_words, trouble_in
from orchestration.runtime.error_redaction import kind_and_place


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "no room left"),
        (OSError(errno.EFBIG, os.strerror(errno.EFBIG)), "ulimit -f"),
        (OSError(errno.EROFS, os.strerror(errno.EROFS)), "cannot be written to"),
        (PermissionError(errno.EACCES, os.strerror(errno.EACCES)), "may not be written to"),
        (OSError(errno.EIO, os.strerror(errno.EIO)), "gave an error"),
        (MemoryError(), "memory"),
        (RuntimeError("can't start new thread"), "memory"),
        (sqlite3.OperationalError("database or disk is full"), "no room left"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "cannot be written to"),
        (ValueError("a child's name"), "ValueError"),
    ],
)
def test_an_error_is_told_in_one_plain_line(places: WarehousePaths, error: Exception, told: str) -> None:
    said = in_words(error, places)

    assert told in said
    assert "child" not in said
    assert "\n" not in said


def test_the_trouble_behind_an_error_is_told(places: WarehousePaths) -> None:
    error = RuntimeError("it broke")
    error.__cause__ = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert "no room left" in in_words(error, places)


def test_a_disk_error_of_sqlite_under_a_limit_is_told_as_the_limit(
    places: WarehousePaths, monkeypatch
) -> None:
    error = "OperationalError: disk I/O error"
    assert "network share" in (trouble_in(error, places) or "")

    monkeypatch.setattr("resource.getrlimit", lambda _: (3 * 1024**2, 3 * 1024**2))

    assert "ulimit -f" in (trouble_in(error, places) or "")


def test_where_the_machine_was_able_there_is_no_trouble(places: WarehousePaths) -> None:
    assert trouble_in("Conversion Error: could not convert 'a child' to DATE", places) is None


@pytest.mark.parametrize(("limit", "is_enough"), [(1024**3, False), (4 * 1024**3, True), (-1, True)])
def test_a_limit_under_which_libraries_abort_is_refused_at_the_start(monkeypatch, limit, is_enough) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (limit, limit))

    if is_enough:
        check_memory()
    else:
        with pytest.raises(MemoryError):
            check_memory()


def test_a_dbt_project_that_does_not_parse_is_said_in_words_of_dbt(places: WarehousePaths) -> None:
    said = in_words(BuildError("the dbt project does not parse.\n  dbt says: 'stg_x' was not found"), places)

    assert said == "the dbt project does not parse. dbt says: 'stg_x' was not found"
    assert kind_and_place(BuildError("it\n does not parse")) == "it does not parse"
    assert "a child" not in kind_and_place(ValueError("a child"))


def test_what_dbt_says_of_its_project_is_in_the_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ended = SimpleNamespace(result=None, exception=ValueError("Compilation Error\n  in model stg_x"))
    monkeypatch.setattr(dbt_build, "dbtRunner", lambda: SimpleNamespace(invoke=lambda _: ended))
    monkeypatch.setattr(dbt_build, "MANIFEST", tmp_path / "manifest.json")
    monkeypatch.setattr(dbt_build, "PARSED", tmp_path / "partial_parse.msgpack")

    with pytest.raises(BuildError, match="does not parse; .* Compilation Error in model stg_x"):
        dbt_build.manifest_path()
