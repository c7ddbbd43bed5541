"""What the machine could not do is told in one line, and no error's own words with it."""

import errno
import os
import sqlite3

import pytest

from ingest.paths import WarehousePaths
from orchestration.runtime.error_messages import check_memory, in_words, trouble_in


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
