"""Which release readers see, by a link and by a plain file beside it that need follow none."""

import json

import pytest

from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from publication.release.pointer import current_number, make_current, recover


@pytest.fixture
def two_releases(places: WarehousePaths) -> WarehousePaths:
    places.prepare()
    ledger = Ledger(places.ledger)
    for number in (1, 2):
        (places.releases / f"{number:06d}").mkdir()
        ledger.add_release(number, "2025-03", "build", f"2025-04-0{number}T09:00:00+00:00")
    ledger.close()
    return places


def said(places: WarehousePaths) -> dict:
    found: dict = json.loads((places.release / "current.json").read_text(encoding="utf-8"))
    return found


def test_the_file_names_the_folder_that_the_link_points_to(two_releases: WarehousePaths) -> None:
    for number in (1, 2, 1):
        make_current(two_releases, number)

        assert said(two_releases) == {"release": number, "folder": f"releases/{number:06d}"}
        assert (two_releases.release / said(two_releases)["folder"]).samefile(two_releases.current)
    assert (two_releases.release / "current.json").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("left", ['{"release": 1}', "", None])
def test_a_file_that_a_killed_refresh_left_behind_the_link_is_mended(
    two_releases: WarehousePaths, left: str | None
) -> None:
    make_current(two_releases, 2)
    pointer = two_releases.release / "current.json"
    pointer.unlink()
    if left is not None:
        pointer.write_text(left, encoding="utf-8")
    ledger = Ledger(two_releases.ledger)

    recover(two_releases, ledger)

    ledger.close()
    assert said(two_releases)["release"] == current_number(two_releases) == 2
