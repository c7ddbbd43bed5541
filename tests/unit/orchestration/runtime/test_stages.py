"""Progress in stages that a person knows, with the time that the last refresh took for what is left."""

import json
from pathlib import Path

from orchestration.runtime.stages import FILE, Stages

LINES = (
    "loading the pipeline", "reading 2025-04; reporting 2025-04", "opening other formats", "landing contacts",
    "landing cp_plans", "choosing what each figure is read from",
    "building sql table model intermediate.int_x (7 of 118)", "judging what was measured",
    "building sql table model marts.fct_y (3 of 104)", "judging the marts", "writing the release",
    "protecting what may be public", "publishing release 4",
)  # fmt: skip


class Clock:
    now = 0.0

    def __call__(self) -> float:
        self.now += 10
        return self.now


def heard(restricted: Path) -> list[str]:
    stages = Stages(restricted, Clock())
    said = [stages.hear(line) for line in LINES]
    stages.end()
    return said


def test_what_is_shown_is_the_stage_and_how_far_it_is_and_no_name_of_a_model(tmp_path: Path) -> None:
    assert heard(tmp_path) == [
        "reading", "reading", "landing", "landing 1 of 41 returns", "landing 2 of 41 returns", "counting",
        "counting 7 of 118", "checking", "comparing 3 of 104", "checking", "protecting", "protecting",
        "publishing",
    ]  # fmt: skip


def test_the_time_to_go_is_what_the_last_refresh_took_for_the_rest(tmp_path: Path) -> None:
    heard(tmp_path)

    again = heard(tmp_path)

    assert sum(json.loads((tmp_path / FILE).read_text()).values()) == 130
    assert again[0] == "reading, about 2 minutes to go"
    assert again[7] == "checking, about 1 minute to go"
    assert again[-1] == "publishing, less than a minute to go"


def test_a_file_of_seconds_that_cannot_be_read_gives_no_time(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("half", encoding="utf-8")

    assert heard(tmp_path)[0] == "reading"
