"""What needs POSIX stands in one module, and does there what it says."""

import ast
import os
import re
from pathlib import Path

import pytest

from ingest import posix
from ingest.paths import DBT_PROJECT

PROJECT = DBT_PROJECT.parent
OF_POSIX = re.compile(
    r"\b(fcntl|pwd|grp|resource)\.|\bos\.(link|symlink|umask|chmod|chown|getuid|geteuid|getsid|setsid|killpg|fork"
    r"|O_NOFOLLOW|O_NONBLOCK|O_CLOEXEC)\b|\.(symlink_to|hardlink_to|chmod)\(|\bstat\.S_I"
    r"|\bsignal\.(SIGHUP|SIGKILL|pthread_sigmask|sigtimedwait|set_wakeup_fd)\b|process_group=|preexec_fn="
)


def test_no_other_module_asks_for_what_windows_has_not() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{node.lineno}"
        for package in ("ingest", "expectations", "publication", "orchestration", "synthetic")
        for path in sorted((PROJECT / package).rglob("*.py"))
        if path != Path(posix.__file__)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call | ast.Attribute) and OF_POSIX.search(f"{ast.unparse(node)}")
    ]

    assert found == []


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    aside, target = tmp_path / "aside", tmp_path / "target"
    aside.write_text("new")
    target.write_text("there")

    with pytest.raises(FileExistsError):
        posix.take_name(aside, target)

    assert target.read_text() == "there"


def test_a_link_is_pointed_anew_over_one_that_a_killed_process_left(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "aside").symlink_to("nowhere")
    posix.point(tmp_path / "current", Path("one"), tmp_path / "aside")
    posix.point(tmp_path / "current", Path("two"), tmp_path / "aside")

    assert (tmp_path / "current").readlink() == Path("two")


def test_a_link_is_not_opened_nor_written_through(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")

    with pytest.raises(OSError, match="symbolic links"):
        posix.open_plain(tmp_path / "link")
    with pytest.raises(FileExistsError):
        posix.make_plain(tmp_path / "link", 0o600)


def test_a_file_that_is_open_to_others_is_known_for_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("x")
    for mode, is_open in ((0o400, False), (0o440, True), (0o604, True)):
        posix.give_mode(file, mode)

        assert (posix.is_open_to_others(file.stat()), posix.mode_of(file)) == (is_open, mode)


def test_a_file_that_is_still_written_is_known_for_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with file.open("w") as writing:
        writing.write("x")
        handle = posix.open_plain(file)
        during = posix.is_written_now(handle)
        os.close(handle)
    handle = posix.open_plain(file)
    after = posix.is_written_now(handle)
    os.close(handle)

    assert (during, after) == (True, False)
