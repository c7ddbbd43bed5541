"""How far a refresh is, in stages that a person knows, with the time to go as the last one took it."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path

from ingest.contracts.return_schema import submitted_formats
from ingest.files import new_file

FILE = "stage_seconds.json"  # in the restricted zone: how long each stage of the last refresh took
STAGES = ("reading", "landing", "counting", "checking", "comparing", "protecting", "publishing")
BEGINS = {
    "loading": "reading", "reading": "reading", "opening": "landing", "landing": "landing",
    "choosing": "counting", "judging": "checking", "writing": "protecting", "protecting": "protecting",
    "publishing": "publishing",
}  # fmt: skip
PLACE = re.compile(r"\((\d+) of (\d+)\)$")


class Stages:
    """Takes the lines of a refresh's progress and gives what a person reads in their place."""

    def __init__(self, restricted: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._file, self._clock = restricted / FILE, clock
        self._before = _seconds(self._file)
        self._took: dict[str, float] = {}
        self._stage, self._since, self._landed, self._judged = "", clock(), 0, 0

    def hear(self, line: str) -> str:
        """What to show now that this line was told."""
        first = line.partition(" ")[0]
        stage = BEGINS.get(first, self._stage)
        if first == "building":  # what is counted is built before anything is judged, what readers get after
            stage = "comparing" if self._judged else "counting"
        self._judged += first == "judging"
        self._landed += first == "landing"
        self._enter(stage)
        return f"{stage}{self._place(line)}{self._to_go()}" if stage else line

    def end(self) -> None:
        """Keep how long each stage took, for the next refresh to tell by; of a whole refresh alone."""
        self._enter("")
        if set(self._took) >= {"counting", "publishing"} and self._file.parent.is_dir():
            with new_file(self._file, mode=0o600) as aside:
                aside.write_text(json.dumps(self._took), encoding="utf-8")

    def _enter(self, stage: str) -> None:
        now = self._clock()
        if self._stage:
            self._took[self._stage] = self._took.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def _place(self, line: str) -> str:
        if self._stage == "landing" and self._landed:
            return f" {self._landed} of {len(submitted_formats())} returns"
        found = PLACE.search(line)
        return f" {found[1]} of {found[2]}" if found else ""

    def _to_go(self) -> str:
        if not self._before:
            return ""
        here = max(0.0, self._before.get(self._stage, 0.0) - self._took.get(self._stage, 0.0))
        later = STAGES[STAGES.index(self._stage) + 1 :]
        # checking comes twice: what is left of it is still to come while figures are counted or compared
        seconds = here + sum(max(0.0, self._before.get(s, 0.0) - self._took.get(s, 0.0)) for s in later)
        if self._stage == "comparing":
            seconds += max(0.0, self._before.get("checking", 0.0) - self._took.get("checking", 0.0))
        if seconds < 60:
            return ", less than a minute to go"
        minutes = round(seconds / 60)
        return f", about {minutes} minute{'' if minutes == 1 else 's'} to go"


def _seconds(file: Path) -> dict[str, float]:
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {stage: float(said[stage]) for stage in STAGES if isinstance(said.get(stage), int | float)}
