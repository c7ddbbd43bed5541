"""What `make demo` shows: a figure held for a reason, a comment, an action, a milestone, the next month."""

from pathlib import Path

import pytest

from ingest.paths import WarehousePaths
from tests.support.acceptance_worlds import ask
from tests.support.command import line_of_sight, refresh

pytestmark = pytest.mark.pipeline


def test_a_demonstration_has_something_held_said_done_and_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINE_OF_SIGHT_KEY_FILE", str(tmp_path / "key"))
    assert line_of_sight("key", "new").returncode == 0
    world = ("--authorities", "2", "--children", "60", "--months", "2025-01..2025-04", "--out", str(tmp_path))
    made = line_of_sight("generate", "--demonstration", *world)
    assert made.returncode == 0, made.stderr
    places = WarehousePaths.of(tmp_path / "raw", tmp_path / "reference", tmp_path / "release")

    first = refresh(places)
    assert first.returncode == 4, first.stderr
    assert sorted(path.name for path in places.raw.iterdir()) == ["2025-01", "2025-02", "2025-03"]
    assert len(list((tmp_path / "next" / "2025-04").iterdir())) == 2
    held = "select distinct la_code, ground from fct_held_figures where period_end = date '2025-03-31'"
    assert {la_code for la_code, _ in ask(places, held)} == {"002"}
    [(said,)] = ask(places, "select commentary from fct_commentary where la_code = '001'")
    assert said
    [(state,)] = ask(places, "select action_state from rpt_actions where period_end = date '2025-03-31'")
    assert state == "open"
    milestones = ask(places, "select count(*) from fct_indicator_comparisons where comparator = 'milestone'")
    assert milestones > [(0,)]


def test_a_demonstration_needs_a_month_to_come(tmp_path: Path) -> None:
    asked = line_of_sight("generate", "--demonstration", "--months", "2025-01", "--out", str(tmp_path))

    assert asked.returncode == 2
    assert "ask for two or more" in asked.stderr
