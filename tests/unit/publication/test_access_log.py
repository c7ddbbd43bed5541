"""Who looked at children's records."""

import json
import os
import pwd

from ingest.paths import WarehousePaths
from publication.access_log import note_access


def test_each_look_is_a_line_of_its_own_that_says_who_when_and_how_many(
    places: WarehousePaths,
) -> None:
    places.prepare()
    note_access(places, "worklist", 3, own_numbers=False, la_code="301")
    note_access(places, "explain --children", 0, own_numbers=True, la_code="301", indicator_id="cp_open")

    first, second = (json.loads(line) for line in places.access_log.read_text(encoding="utf-8").splitlines())
    assert first["by"] == second["by"] == pwd.getpwuid(os.getuid()).pw_name
    assert first | {"at": ""} == {
        "at": "", "by": first["by"], "asked": "worklist", "la_code": "301", "count": 3, "own_numbers": False,
    }  # fmt: skip
    assert (second["asked"], second["indicator_id"], second["own_numbers"]) == (
        "explain --children",
        "cp_open",
        True,
    )
    assert places.access_log.stat().st_mode & 0o777 == 0o600
