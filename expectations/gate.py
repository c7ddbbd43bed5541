"""Run a suite over a frame of counts and say, for every expectation, how it ended. Silence is never a pass."""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import great_expectations as gx
import pandas as pd
from great_expectations.expectations import Expectation

logging.getLogger("great_expectations.data_context.types.base").setLevel(
    logging.WARNING
)  # says where its tmp is

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

    @property
    def blocks(self) -> bool:
        """A critical check blocks unless it passed: one that crashed or did not run has not passed."""
        return self.severity == "critical" and self.state != "passed"


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

    def write(self, path: Path) -> None:
        """Keep the verdict beside the build."""
        path.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Verdict":
        """A kept verdict. Raises FileNotFoundError where none was reached."""
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(said["build_sha256"], tuple(Outcome(**o) for o in said["outcomes"]))


def judge(name: str, frame: pd.DataFrame, suite: Iterable[Expectation], subject: str) -> list[Outcome]:
    """Judge a frame of counts. `subject` names the column that says what each row is about.

    Every expectation in the suite ends as an outcome for every subject: where Great Expectations raises, as crashed;
    where the frame has no rows, as not run.
    """
    expectations = list(suite)
    if frame.empty:
        return [_outcome(e, "nothing", "not_run") for e in expectations]
    try:
        results = _validate(name, frame, expectations)
    except Exception:  # whatever went wrong inside, the check has not passed
        return [_outcome(e, str(s), "crashed") for e in expectations for s in frame[subject]]
    outcomes: list[Outcome] = []
    for expectation in expectations:
        result = results[expectation.meta["check"]]
        raised = any(info.get("raised_exception") for info in _exceptions(result["exception_info"]))
        unexpected = set(result["result"].get("unexpected_index_list") or [])
        counts = frame.get(getattr(expectation, "column", ""), pd.Series(pd.NA, index=frame.index))
        for row, (about, count) in enumerate(zip(frame[subject], counts, strict=True)):
            is_unknown = pd.isna(count)  # Great Expectations passes over a null, which is no pass
            state: State = (
                "crashed"
                if raised
                else "not_run"
                if is_unknown
                else "failed"
                if row in unexpected
                else "passed"
            )
            outcomes.append(_outcome(expectation, str(about), state, None if is_unknown else int(count)))
    return outcomes


def _validate(name: str, frame: pd.DataFrame, expectations: Sequence[Expectation]) -> dict[str, dict]:
    """Each check's result by its name: Great Expectations answers in an order of its own."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    batches = (
        context.data_sources.add_pandas(name)
        .add_dataframe_asset(name)
        .add_batch_definition_whole_dataframe(name)
    )
    suite = gx.ExpectationSuite(name=name, expectations=list(expectations))
    validated = batches.get_batch({"dataframe": frame}).validate(suite, result_format="COMPLETE")
    return {
        r["expectation_config"]["meta"]["check"]: r for r in (v.to_json_dict() for v in validated.results)
    }


def _exceptions(info: dict) -> list[dict]:
    return [info] if "raised_exception" in info else list(info.values())


def _outcome(expectation: Expectation, subject: str, state: State, violations: int | None = None) -> Outcome:
    return Outcome(
        check=str(expectation.meta["check"]),
        subject=subject,
        state=state,
        severity=str(expectation.severity.value),  # type: ignore[arg-type]
        sentence=str(expectation.notes),
        violations=violations,
    )
