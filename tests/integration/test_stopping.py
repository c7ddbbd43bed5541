"""A refresh that is told to stop ends at once, in one line, with nothing of it left running in Dagster."""

import json
import os
import signal
import sqlite3
import subprocess
import time

import pytest

from ingest.paths import WarehousePaths
from tests.conftest import Send
from tests.support.command import COMMAND, line_of_sight

pytestmark = pytest.mark.pipeline


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_refresh_that_is_stopped_says_so_and_is_on_record(
    places: WarehousePaths, send: Send, number: signal.Signals
) -> None:
    send("2025-04", "301", "contacts", "cont_contact_id,cont_person_id,cont_contact_date\n1,c1,2025-04-02\n")
    where = ("--raw", str(places.raw), "--reference", str(places.reference), "--release", str(places.release))
    running = subprocess.Popen([str(COMMAND), "refresh", *where], stderr=subprocess.PIPE, text=True,
                               env=os.environ | {"LINE_OF_SIGHT_PROGRESS": "lines"})  # fmt: skip
    assert running.stderr is not None
    while not running.stderr.readline().startswith("landing"):
        assert running.poll() is None
    sent = time.monotonic()
    running.send_signal(number)
    said = running.stderr.read().splitlines()

    assert running.wait() == 128 + number
    assert time.monotonic() - sent < 5
    assert said[-1] == "Stopped. There is no release; refresh again."
    with sqlite3.connect(places.restricted / "dagster" / "history" / "runs.db") as runs:
        assert {status for (status,) in runs.execute("select status from runs")} <= {"CANCELED", "FAILURE"}
    status = line_of_sight("status", "--raw", str(places.raw), "--release", str(places.release), "--json")
    assert json.loads(status.stdout)["last_refresh"]["outcome"] == "stopped"
