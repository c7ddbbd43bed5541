"""A council that sends two returns is told of those, and needs no flag."""

import json
from pathlib import Path

import duckdb
import pytest

from ingest.contracts.settings import FILE
from ingest.paths import WarehousePaths
from tests.conftest import Send
from tests.support.command import line_of_sight

pytestmark = pytest.mark.pipeline
CONTACTS = "cont_contact_id,cont_person_id,cont_contact_date\n1,c1,2025-04-02\n"


def test_missing_means_missed_this_month_and_no_flag_is_needed(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    send("2025-04", "301", "contacts", CONTACTS)
    (places.raw.parent / FILE).write_text("authority: '301'\nrequired_returns: [contacts, cp_plans]\n")
    inside = Path(places.raw / "2025-04")
    monkeypatch.chdir(inside)

    ended = line_of_sight("refresh")
    said = json.loads(line_of_sight("status", "--json").stdout)

    assert ended.returncode in (0, 4), ended.stderr
    assert "Returns of 2025-04: 1 accepted, 1 missing" in ended.stdout
    assert said["missing"] == [{"la_code": "301", "returns": ["cp_plans"]}]
    assert said["authorities"][0]["missing"] == 1
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        required = db.sql(
            "select return_name, submission_status from fct_submissions where is_required order by 1"
        ).fetchall()
    assert required == [("contacts", "accepted"), ("cp_plans", "not_submitted")]
