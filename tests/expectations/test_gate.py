"""The gate: four ways for a check to end, and only one of them a pass."""

import great_expectations.expectations as gxe
import pandas as pd
import pytest

from expectations.gate import judge
from expectations.verdict import Outcome, Verdict


def none_of(column: str, severity: str = "critical") -> gxe.ExpectColumnValuesToBeBetween:
    return gxe.ExpectColumnValuesToBeBetween(
        column=column, min_value=0, max_value=0, severity=severity, notes="A reason.", meta={"check": column}
    )


def states(frame: pd.DataFrame, *columns: str) -> list[str]:
    return [o.state for o in judge("invented", frame, [none_of(c) for c in columns], "subject")]


def test_a_count_of_nothing_passes_and_any_other_fails() -> None:
    frame = pd.DataFrame({"subject": ["a", "b"], "repeated": [0, 3]})

    outcomes = judge("invented", frame, [none_of("repeated")], "subject")

    assert [(o.subject, o.state, o.violations) for o in outcomes] == [("a", "passed", 0), ("b", "failed", 3)]


def test_a_count_that_could_not_be_taken_has_not_run() -> None:
    assert states(pd.DataFrame({"subject": ["a"], "repeated": [pd.NA]}), "repeated") == ["not_run"]


def test_a_check_on_a_column_that_is_not_there_has_crashed() -> None:
    assert states(pd.DataFrame({"subject": ["a"]}), "repeated") == ["crashed"]


def test_a_suite_over_nothing_has_not_run() -> None:
    assert states(pd.DataFrame(), "repeated") == ["not_run"]


def test_great_expectations_breaking_is_a_crash_of_every_check(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a child's name")

    monkeypatch.setattr("expectations.gate._validate", broken)

    outcomes = judge("invented", pd.DataFrame({"subject": ["a"], "x": [0]}), [none_of("x")], "subject")

    assert [o.state for o in outcomes] == ["crashed"]
    assert "child" not in repr(outcomes)


@pytest.mark.parametrize(
    ("state", "severity", "is_good"),
    [
        ("passed", "critical", True),
        ("failed", "critical", False),
        ("not_run", "critical", False),
        ("crashed", "critical", False),
        ("failed", "warning", True),
    ],
)
def test_only_a_critical_check_that_passed_lets_a_build_through(state, severity, is_good) -> None:
    verdict = Verdict("0", (Outcome("x", "marts", state, severity, "A reason."),))

    assert verdict.is_good is is_good


def test_a_verdict_on_nothing_is_not_good() -> None:
    assert not Verdict("0", ()).is_good
