"""The zones are open to whom the handbook says, and each row of its table names a test that there is."""

import re
from pathlib import Path

from ingest.files import new_file
from ingest.paths import FILE_MODE, FOLDER_MODE, PRIVATE_MODE, WarehousePaths
from ingest.posix import mode_of
from publication.access_log import note_access

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_what_names_children_is_closed_and_a_release_is_open_to_its_group(places: WarehousePaths) -> None:
    places.prepare()
    inside = {places.restricted, places.records, places.landing, places.opened, places.first_published}
    (places.records / "file").write_text("x")
    with new_file(places.restricted / "new", mode=0o600) as aside:
        aside.write_text("x")
    note_access(places, "worklist", 0, own_numbers=False)

    assert {mode_of(folder) for folder in inside} == {PRIVATE_MODE} == {0o700}
    assert {mode_of(folder) for folder in (places.release, places.releases)} == {FOLDER_MODE} == {0o750}
    assert FILE_MODE == 0o640
    written = (places.records / "file", places.restricted / "new", places.access_log)
    assert {mode_of(file) for file in written} == {0o600}


def test_a_zone_that_was_opened_by_hand_is_closed_by_the_next_refresh(places: WarehousePaths) -> None:
    places.prepare()
    places.restricted.chmod(0o755)

    places.prepare()

    assert mode_of(places.restricted) == PRIVATE_MODE


def test_each_role_of_the_handbook_names_a_test_that_there_is() -> None:
    said = PAGE.split("## Who may see what")[1].split("## ")[0]
    named = re.findall(r"`(tests/[a-z_/.]+)`", said)

    assert len(named) >= 7
    assert [name for name in named if not (ROOT / name).exists()] == []
