"""A machine that is not ready is told so, one line a thing, each with what mends it."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.contracts.settings import FILE
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import new_key
from orchestration import doctor
from orchestration.cli import main
from orchestration.doctor import Checked, examine
from orchestration.runtime.lock import refresh_lock


@pytest.fixture
def council(places: WarehousePaths, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A council that is ready, in whose folder one works."""
    for name in [name for name in os.environ if name.startswith("LINE_OF_SIGHT")]:
        monkeypatch.delenv(name)
    folder = places.raw.parent
    monkeypatch.chdir(folder)
    new_key(folder / "key")
    (folder / FILE).write_text("authority: '301'\nkey_file: key\n", encoding="utf-8")
    (places.raw / "2025-04" / "301").mkdir(parents=True)
    return folder


def one(name: str) -> Checked:
    return next(checked for checked in examine() if checked.name == name)


def test_a_machine_that_is_ready_fails_nothing(council: Path) -> None:
    assert [checked for checked in examine() if checked.state == "failed"] == []


def test_without_settings_the_rest_is_looked_at(council: Path) -> None:
    (council / FILE).unlink()

    assert one("settings").state == "not run" and "line-of-sight init" in one("settings").sentence
    assert one("folders").state == "passed"


def test_settings_that_cannot_be_followed_are_told_first(council: Path) -> None:
    (council / FILE).write_text("folder: {}\n", encoding="utf-8")

    first, *others = examine()

    assert first.state == "failed" and "did you mean folders?" in first.sentence
    assert {checked.state for checked in others} == {"not run"}


def test_two_councils_in_one_folder_fail(council: Path) -> None:
    (council / "raw" / "2025-04" / "302").mkdir()

    assert one("councils").state == "failed"
    assert one("councils").sentence == "raw holds folders of 302 beside those of 301"


def test_each_thing_that_is_not_ready_says_what_mends_it(
    council: Path, places: WarehousePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    places.restricted.chmod(0o755)
    assert one("permissions").fix == f"chmod 700 {places.restricted}"

    (council / "key").chmod(0o644)
    assert one("key").state == "failed" and one("key").fix

    monkeypatch.setattr(doctor, "LEAST_DISK", 2**60)
    assert one("disk").state == "failed" and "make room" in one("disk").fix

    (council / "reference").rmdir()
    assert "there is no folder" in one("folders").sentence


def test_a_clock_before_the_last_refresh_is_wrong(council: Path, places: WarehousePaths) -> None:
    ledger = Ledger(places.ledger)
    ledger.add_refresh("2025-04", "published", None, "2999-01-01T00:00:00+00:00")
    ledger.close()

    assert one("clock").state == "failed" and "set the clock" in one("clock").fix


def test_packages_that_are_not_as_locked_are_told(
    council: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text("click==0.1 \\\n    --hash=x\nnot-a-package==1.0\n", encoding="utf-8")
    monkeypatch.setattr(doctor, "LOCK", lock)

    assert one("versions").state == "failed" and "(locked: 0.1)" in one("versions").sentence


def test_a_server_that_does_not_answer_fails_without_its_words(council: Path) -> None:
    (council / FILE).write_text("postgres: {address: 'postgresql://127.0.0.1:1/none'}\n", encoding="utf-8")

    assert one("postgres").state == "failed"
    assert one("postgres").sentence.endswith("does not let us in (OperationalError)")


def test_a_refresh_that_runs_is_well(council: Path, places: WarehousePaths) -> None:
    with refresh_lock(places):
        assert one("lock").state == "passed"  # it is our own
    assert one("lock").sentence == "no refresh is running"


def test_the_exit_code_and_json_are_for_a_script(council: Path) -> None:
    good = CliRunner().invoke(main, ["doctor", "--json"])
    (council / "raw" / "2025-04" / "302").mkdir()
    bad = CliRunner().invoke(main, ["doctor"])

    assert good.exit_code == 0 and json.loads(good.output)[0]["name"] == "settings"
    assert bad.exit_code == 4 and "failed  councils" in bad.output
