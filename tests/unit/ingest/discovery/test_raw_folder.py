"""What lies in the raw folder: files that are still being written are left for a later refresh."""

import os
import time

import pytest

from ingest.discovery import raw_folder
from ingest.discovery.raw_folder import is_as_seen, look, only_still
from ingest.paths import WarehousePaths
from tests.conftest import Send


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_folder, "STILL_SECONDS", 0.05)


def test_a_file_that_grows_while_it_is_looked_at_is_not_read_and_said_so(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing = send("2025-04", "301", "contacts", "id\n")
    send("2025-04", "301", "cp_plans", "id\n")
    found = look(places.raw)
    monkeypatch.setattr(raw_folder, "STILL_SECONDS", 60)
    monkeypatch.setattr(time, "sleep", lambda _: growing.write_text("id\n1\n", encoding="utf-8"))

    still = only_still(found)

    assert [f.return_name for f in still.files] == ["cp_plans"]
    assert [(o.file, o.finding.finding) for o in still.oddities] == [
        ("2025-04/301/contacts.csv", "still_being_written")
    ]
    assert still.folders == found.folders


def test_a_file_of_yesterday_is_not_waited_for(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = send("2025-04", "301", "contacts", "id\n")
    os.utime(path, (time.time() - 86400,) * 2)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("waited"))
    found = look(places.raw)

    assert only_still(found) is found


def test_a_clock_that_is_ahead_costs_one_wait_and_no_file(places: WarehousePaths, send: Send) -> None:
    path = send("2025-04", "301", "contacts", "id\n")
    os.utime(path, (time.time() + 86400,) * 2)

    assert len(only_still(look(places.raw)).files) == 1


def test_a_file_that_is_gone_is_not_as_it_was_seen(places: WarehousePaths, send: Send) -> None:
    path = send("2025-04", "301", "contacts", "id\n")
    [file] = look(places.raw).files
    assert is_as_seen(file)
    path.unlink()

    assert not is_as_seen(file)
