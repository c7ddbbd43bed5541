"""Own numbers are shown where the council's settings allow it."""

from pathlib import Path

import click
import pytest

from ingest.contracts.settings import VARIABLE
from orchestration.cli.options import allow_own_ids


@pytest.mark.parametrize("line", ["", "work_lists: {own_numbers: true}\n"])
def test_they_are_shown_where_the_settings_say_so_or_say_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "line-of-sight.yml"
    file.write_text(f"authority: '372'\n{line}", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(file))

    allow_own_ids(True)


def test_they_are_refused_where_the_settings_say_no_and_pseudonyms_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "line-of-sight.yml"
    file.write_text("authority: '372'\nwork_lists: {own_numbers: false}\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(file))

    allow_own_ids(False)
    with pytest.raises(click.UsageError, match="own_numbers: false"):
        allow_own_ids(True)
