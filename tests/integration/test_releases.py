"""Going back to an earlier release, and what a refresh does after it, through the real command."""

import json
from pathlib import Path

import pytest

from ingest.paths import WarehousePaths
from tests.conftest import Send
from tests.support.command import line_of_sight, refresh

pytestmark = pytest.mark.pipeline
CONTACTS = "cont_contact_id,cont_person_id,cont_contact_date\n"


def whole(folder: Path) -> dict[str, bytes]:
    folder = folder.resolve()
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def released(places: WarehousePaths) -> list[dict]:
    said = line_of_sight("releases", "list", "--release", str(places.release), "--json")
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


def test_going_back_gives_an_earlier_release_byte_for_byte_and_a_later_refresh_a_new_number(
    places: WarehousePaths, send: Send
) -> None:
    send("2025-04", "301", "contacts", CONTACTS + "1,c1,2025-04-02\n")
    assert refresh(places).returncode == 0
    first = whole(places.current)
    send("2025-04", "301", "contacts", CONTACTS + "1,c1,2025-04-02\n2,c2,2025-04-03\n")
    assert refresh(places).returncode == 0
    second = whole(places.releases / "000002")
    assert first != second

    gone_back = line_of_sight("releases", "rollback", "1", "--release", str(places.release))
    assert gone_back.returncode == 0, gone_back.stderr
    after = released(places)

    assert whole(places.current) == first
    assert [(r["release"], r["is_current"]) for r in after] == [(2, False), (1, True)]
    assert refresh(places).returncode == 0
    assert [(r["release"], r["is_current"]) for r in released(places)] == [(3, True), (2, False), (1, False)]
    assert whole(places.releases / "000001") == first
    assert whole(places.releases / "000002") == second
    assert whole(places.current)["csv/fct_indicator_values.csv"] == second["csv/fct_indicator_values.csv"]

    damaged = places.releases / "000002" / "csv" / "dim_period.csv"
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    for number, said in (("2", "not as it was published"), ("9", "there is no release 9")):
        refused = line_of_sight("releases", "rollback", number, "--release", str(places.release))
        assert refused.returncode == 2
        assert said in refused.stderr
    assert [r["release"] for r in released(places) if r["is_current"]] == [3]
