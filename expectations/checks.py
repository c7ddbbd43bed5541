"""How one expectation ended. Importing this loads no Great Expectations, which takes seconds."""

from dataclasses import dataclass, field
from typing import Literal

State = Literal["passed", "failed", "not_run", "crashed"]
Severity = Literal["critical", "warning", "info"]


@dataclass(frozen=True)
class Check:
    """How one expectation of one suite ended. `failing` holds the index of the rows that did not meet it."""

    suite: str
    check: str
    expectation: str  # Great Expectations' type
    severity: Severity
    state: State
    sentence: str
    bound: float | None = None
    looked_at: int = 0
    failing: tuple[int, ...] = field(default=(), repr=False)
