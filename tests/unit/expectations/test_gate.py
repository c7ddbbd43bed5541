"""The gate: four ways for a check to end, and only one of them a pass."""

import json
from pathlib import Path
from typing import Any

import great_expectations as gx
import pandas as pd
import pytest

from expectations.checks import Check
from expectations.context import open_context, reopen_context, write_docs
from expectations.gate import judge
from expectations.verdict import GateDecision, Outcome

AT_MOST_ONE = {
    "type": "expect_column_values_to_be_between",
    "kwargs": {"column": "measured", "max_value": 1},
    "severity": "critical",
    "notes": "A reason.",
    "meta": {"check": "at_most_one"},
}


@pytest.fixture
def judged(tmp_path: Path):
    """Judge a frame by a suite of these expectations: judged(frame, expectation, …)."""

    def run(frame: pd.DataFrame, *expectations: dict[str, Any]) -> list[Check]:
        suites = tmp_path / "suites"
        suites.mkdir(exist_ok=True)
        said = {"name": "things", "expectations": list(expectations) or [AT_MOST_ONE]}
        (suites / "things.json").write_text(json.dumps(said), encoding="utf-8")
        context, read = open_context(tmp_path / "context", suites, required=["things"])
        return judge(context, "things", read["things"], frame, "measure_no")

    return run


def above(number: int) -> dict[str, Any]:
    return {"type": "comparison", "column": {"name": "measure_no"}, "operator": ">", "parameter": number}


def frame(*measured: float | None) -> pd.DataFrame:
    return pd.DataFrame({"measure_no": range(10, 10 + len(measured)), "measured": measured})


def test_what_is_on_the_bound_passes_and_what_is_beyond_it_fails(judged) -> None:
    [check] = judged(frame(0, 1, 1.0001, 3))

    assert (check.state, check.failing, check.looked_at) == ("failed", (12, 13), 4)


def test_a_check_on_a_column_that_is_not_there_has_crashed_for_every_row(judged) -> None:
    [check] = judged(pd.DataFrame({"measure_no": [10, 11]}))

    assert (check.state, check.failing) == ("crashed", (10, 11))


def test_a_check_that_crashes_crashes_for_the_rows_that_it_looks_at_alone(judged) -> None:
    asked = AT_MOST_ONE["kwargs"] | {
        "column": "not_there",
        "row_condition": above(10),
    }

    [check] = judged(frame(0, 0, 0), AT_MOST_ONE | {"kwargs": asked})

    assert (check.state, check.failing) == ("crashed", (11, 12))


def test_a_suite_over_nothing_has_not_run(judged) -> None:
    assert [check.state for check in judged(frame())] == ["not_run"]


def test_a_check_that_looks_at_none_of_the_rows_has_not_run(judged) -> None:
    asked = AT_MOST_ONE["kwargs"] | {"row_condition": above(99)}

    assert [check.state for check in judged(frame(5), AT_MOST_ONE | {"kwargs": asked})] == ["not_run"]


def test_great_expectations_breaking_is_a_crash_of_every_check(judged, monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a child's name")

    monkeypatch.setattr("expectations.gate._validate", broken)

    checks = judged(frame(0, 0))

    assert [(c.state, c.failing) for c in checks] == [("crashed", (10, 11))]
    assert "child" not in repr(checks)


def test_a_no_that_names_no_row_is_a_crash(judged, monkeypatch) -> None:
    said = {"at_most_one": {"success": False, "exception_info": {}, "result": {}}}
    monkeypatch.setattr("expectations.gate._validate", lambda *_: said)

    assert [(c.state, c.failing) for c in judged(frame(0))] == [("crashed", (10,))]


def test_a_no_stands_where_asking_for_its_rows_says_yes(judged, monkeypatch) -> None:
    class Yes:
        def to_json_dict(self) -> dict[str, Any]:
            return {"success": True, "exception_info": {}, "result": {}}

    monkeypatch.setattr(
        "great_expectations.datasource.fluent.interfaces.Batch.validate", lambda *_, **__: Yes()
    )

    assert [(c.state, c.failing) for c in judged(frame(0, 5))] == [("crashed", (10, 11))]


def test_a_suite_that_was_judged_is_judged_again_in_the_context_of_its_refresh(
    judged, tmp_path: Path
) -> None:
    judged(frame(5))
    context, read = reopen_context(tmp_path / "context")

    [check] = judge(context, "things", read["things"], frame(0, 5), "measure_no")

    assert (check.state, check.failing) == ("failed", (11,))


def test_no_value_reaches_a_result_or_the_pages(judged, tmp_path: Path) -> None:
    judged(pd.DataFrame({"measure_no": [10], "measured": [77.125], "la_code": ["372"]}))
    context = gx.get_context(mode="file", context_root_dir=str(tmp_path / "context"))
    write_docs(context, tmp_path / "docs")

    kept = [p for p in (tmp_path / "context" / "validations").rglob("*") if p.is_file()]
    pages = list((tmp_path / "docs").rglob("*.html"))
    assert kept and pages
    assert [p.name for p in [*kept, *pages] if "77.125" in p.read_text(encoding="utf-8")] == []
    assert "A reason." in "".join(p.read_text(encoding="utf-8") for p in pages)


@pytest.mark.parametrize(
    ("state", "severity", "is_blocking", "is_good"),
    [
        ("passed", "critical", True, True),
        ("failed", "critical", True, False),
        ("not_run", "critical", True, False),
        ("crashed", "critical", True, False),
        ("failed", "warning", True, True),
        ("failed", "critical", False, True),  # it has held the figures that rest on it, and nothing else
    ],
)
def test_only_a_critical_check_of_the_marts_stops_a_release(state, severity, is_blocking, is_good) -> None:
    verdict = GateDecision("0", (Outcome("x", "marts", state, severity, "A reason.", None, is_blocking),))

    assert verdict.is_good is is_good


def test_a_verdict_on_nothing_is_not_good() -> None:
    assert not GateDecision("0", ()).is_good
