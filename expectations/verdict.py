"""How checks ended, and what of a build may be published. Kept beside the build as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

State = Literal["passed", "failed", "not_run", "crashed"]
Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Outcome:
    """How one check ended: on what, what it asks in words, and what it found in counts."""

    check: str
    subject: str
    state: State
    severity: Severity
    sentence: str
    violations: int | None = None
    la_code: str | None = None  # the authority that alone is withheld where it fails; None: the release is
    overridden_by: str | None = None  # who answers for publishing all the same
    override_reason: str | None = None

    @property
    def is_grave(self) -> bool:
        """A critical check that has not passed: one that crashed or did not run has not passed either."""
        return self.severity == "critical" and self.state != "passed"

    @property
    def blocks(self) -> bool:
        """Whether nothing may be published."""
        return self.is_grave and self.la_code is None

    @property
    def withholds(self) -> bool:
        """Whether its authority's figures may not be published."""
        return self.is_grave and self.la_code is not None and self.overridden_by is None

    @property
    def in_words(self) -> str:
        """What it asks, and how it ended, in counts."""
        found = f", {self.violations} found" if self.violations is not None else ""
        return f"{self.sentence} ({self.check} on {self.subject}: {self.state}{found})"


@dataclass(frozen=True)
class Verdict:
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
    def withholding(self) -> tuple[Outcome, ...]:
        """What withholds an authority, each with the authority's code."""
        return tuple(o for o in self.outcomes if o.withholds)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the build is withheld, in words and counts: a sentence for each check that blocks."""
        return tuple(o.in_words for o in self.blocking)

    def count(self, state: State) -> int:
        """How many checks ended so."""
        return sum(outcome.state == state for outcome in self.outcomes)

    def write(self, path: Path) -> None:
        """Keep the verdict beside the build."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Verdict":
        """A kept verdict. Raises FileNotFoundError where none was reached."""
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(said["build_sha256"], tuple(Outcome(**o) for o in said["outcomes"]))
