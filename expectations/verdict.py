"""How checks ended, and whether a build may be published. Kept beside the build as JSON."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from expectations.checks import Check, Severity, State
from ingest.files import new_file


@dataclass(frozen=True)
class Outcome:
    """How one check ended: on what, what it asks in words, and what it found in counts.

    One that blocks stops the release where it has not passed. Any other that is critical has held back the
    figures that rest on what it found, and nothing else.
    """

    check: str
    subject: str
    state: State
    severity: Severity
    sentence: str
    violations: int | None = None
    is_blocking: bool = False

    @property
    def blocks(self) -> bool:
        """Whether nothing may be published: one that crashed or did not run has not passed either."""
        return self.is_blocking and self.severity == "critical" and self.state != "passed"

    @property
    def is_not_asked(self) -> bool:
        """Whether something was measured that no expectation judges: it is let through."""
        return (
            self.state == "not_run"
            and self.severity == "warning"
            and self.sentence.startswith("No expectation")
        )

    @property
    def in_words(self) -> str:
        """What it asks, and how it ended, in counts."""
        found = f", {self.violations} found" if self.violations is not None else ""
        return f"{self.sentence} ({self.check} on {self.subject}: {self.state}{found})"

    @classmethod
    def of(cls, check: Check, is_blocking: bool = False) -> "Outcome":
        """What is kept of a check: its rows are counted, and not named."""
        found = len(check.failing) if check.state in ("failed", "crashed") else None
        return cls(check.check, check.suite, check.state, check.severity, check.sentence, found, is_blocking)


@dataclass(frozen=True)
class GateDecision:
    """All outcomes for one build, stamped with the digest of what was judged."""

    build_sha256: str
    outcomes: tuple[Outcome, ...]

    @property
    def is_good(self) -> bool:
        """Whether the build may be published. A verdict on nothing is not good."""
        return bool(self.outcomes) and not self.blocking

    @property
    def blocking(self) -> tuple[Outcome, ...]:
        return tuple(o for o in self.outcomes if o.blocks)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the build is withheld, in words and counts: a sentence for each check that blocks."""
        return tuple(o.in_words for o in self.blocking)

    def count(self, state: State) -> int:
        """How many checks ended so."""
        return sum(outcome.state == state for outcome in self.outcomes)

    def write(self, path: Path) -> None:
        """Keep the verdict beside the build."""
        with new_file(path) as aside:
            aside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "GateDecision":
        """A kept verdict. Raises FileNotFoundError where none was reached."""
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(said["build_sha256"], tuple(Outcome(**o) for o in said["outcomes"]))


def outcomes_of(checks: Iterable[Check], is_blocking: bool = False) -> list[Outcome]:
    """Each check as it is kept."""
    return [Outcome.of(check, is_blocking) for check in checks]
