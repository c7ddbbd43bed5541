"""line-of-sight.yml as it is written, and the page that tells every key."""

from pathlib import Path

import pytest

from ingest.contracts.settings import FILE, InvalidSettingsError, all_keys, read_settings
from orchestration.settings_file import as_text, write_settings
from tests.support import settings_page


@pytest.mark.parametrize("name", settings_page.PAGES)
def test_every_key_stands_in_the_handbook(name: str) -> None:
    assert (settings_page.DOCS / name).read_text(encoding="utf-8") == settings_page.page(name)


def test_what_was_answered_is_read_back_and_every_other_key_stands_beside_it(tmp_path: Path) -> None:
    settings = write_settings(
        tmp_path / FILE,
        {"authority": "Rotherham", "folders": {"raw": "in"}, "schedules": {"refresh": {"enabled": True}}},
        over=False,
    )

    assert settings.authority == "372"
    assert settings.places.raw == tmp_path / "in"
    assert settings.schedules.refresh.enabled
    text = (tmp_path / FILE).read_text(encoding="utf-8")
    for key, _ in all_keys():
        assert f"{key.split(': ')[-1]}:" in text, key


def test_what_cannot_be_read_back_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettingsError, match=r"^line-of-sight\.yml: authority"):
        write_settings(tmp_path / FILE, {"authority": "Rotheram"}, over=False)

    assert list(tmp_path.iterdir()) == []


def test_settings_that_are_there_are_not_written_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("authority: Rotherham\n", encoding="utf-8")

    with pytest.raises(FileExistsError):
        write_settings(tmp_path / FILE, {"authority": "Leeds"}, over=False)

    assert (tmp_path / FILE).read_text(encoding="utf-8") == "authority: Rotherham\n"


def test_a_key_taken_out_of_its_comment_is_read(tmp_path: Path) -> None:
    text = as_text({})

    assert "#:  raw: raw\n" in text and "#:folders:\n" in text
    (tmp_path / FILE).write_text(text.replace("#:", ""), encoding="utf-8")
    assert read_settings(tmp_path / FILE).places.raw == tmp_path / "raw"
