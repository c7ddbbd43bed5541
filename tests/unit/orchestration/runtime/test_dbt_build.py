"""What a build is told beside the models that it makes."""

import json
from pathlib import Path

import pytest

from ingest.contracts.settings import FILE
from orchestration.runtime.dbt_build import _lengths


def test_the_settings_lengths_go_before_the_projects(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert _lengths() == []

    (tmp_path / FILE).write_text("comparisons: {comparison_months: 3, signal_points: 10}")

    option, said = _lengths()
    assert (option, json.loads(said)) == ("--vars", {"comparison_months": 3, "signal_points": 10})
