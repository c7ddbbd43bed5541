"""However the gate fails to say yes, nothing is published: it raises, fails, dies, hangs, has no rows."""

import json
import time
from pathlib import Path

import dagster as dg
import duckdb
import pandas as pd
import pytest

from expectations import gate
from expectations.context import SUITES, open_context
from expectations.gate import judge
from expectations.verdict import GateDecision, outcomes_of
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from orchestration.defs import checks as the_gate
from orchestration.defs.dbt import TESTS_FILE
from orchestration.defs.release import release
from orchestration.resources import Warehouse
from orchestration.runtime.timeouts import TimeoutExceeded, within
from publication.release.export import build_digest
from publication.release.publish import ReleaseBlockedError, publish

SOUND = {
    "row_no": 1, "la_code": "372", "value_status": "calculated", "has_value": True, "has_ground": False,
    "answers": 5, "distinct_answers": 5, "expected_answers": 5, "largest_share": 100.0, "smallest_count": 0.0,
    "returns_of_authority": 3, "returns_of_month": 3,
}  # fmt: skip


@pytest.fixture
def built(places: WarehousePaths) -> WarehousePaths:
    """A warehouse with one mart in it, measured and ready to be judged."""
    with duckdb.connect(str(places.warehouse)) as db:
        db.execute("create schema marts; create table marts.fct_indicator_values as select 1 as value")
        db.execute("create schema ledger; create table ledger.reporting as select '2025-04' as view_month")
        db.execute("create schema checks")
        db.register("summary", pd.DataFrame([SOUND]))
        db.execute("create table checks.chk_marts__summary as from summary")
    (places.restricted / TESTS_FILE).write_text("{}", encoding="utf-8")
    (places.restricted / the_gate.CHECKS_FILE).write_text("[]", encoding="utf-8")
    open_context(places.quality_context)
    return places


def verdict_on(places: WarehousePaths, frame: pd.DataFrame) -> GateDecision:
    context, suites = open_context(places.quality_context)
    checks = judge(context, "marts", suites["marts"], frame, "row_no")
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        return GateDecision(build_digest(db), tuple(outcomes_of(checks, is_blocking=True)))


def assert_withheld(places: WarehousePaths, verdict: GateDecision) -> None:
    with pytest.raises(ReleaseBlockedError, match="withholds"):
        publish(places, Ledger(places.ledger), verdict, "run", {})
    assert list(places.releases.iterdir()) == []


def released(places: WarehousePaths, *assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    where = {name: str(getattr(places, name)) for name in ("raw", "reference", "release", "restricted")}
    checks = [asset for asset in assets if isinstance(asset, dg.AssetChecksDefinition)]
    selection = dg.AssetSelection.checks(*checks)
    for asset in assets:
        if asset not in checks:
            selection |= dg.AssetSelection.assets(asset)
    return dg.materialize(
        list(assets), resources={"warehouse": Warehouse(**where)}, raise_on_error=False, selection=selection
    )


def why(ended: dg.ExecuteInProcessResult) -> str:
    [failed] = [e for e in ended.all_events if e.is_step_failure]
    return str(failed.step_failure_data.error)


def test_marts_that_hold_to_their_suite_are_good(built: WarehousePaths) -> None:
    assert verdict_on(built, pd.DataFrame([SOUND])).is_good


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"value_status": "guessed"}, "statuses_known"),
        ({"value_status": "no_cases"}, "value_as_status_says"),
        ({"value_status": "withheld", "has_value": False}, "withheld_for_a_ground"),
        ({"distinct_answers": 4}, "answered_once"),
        ({"answers": 4, "distinct_answers": 4}, "answered_all"),
        ({"largest_share": 100.01}, "shares_within_whole"),
        ({"smallest_count": -1.0}, "counts_from_zero"),
        ({"returns_of_month": 0}, "month_has_returns"),
    ],
)
def test_marts_that_break_one_expectation_block(built: WarehousePaths, change: dict, check: str) -> None:
    verdict = verdict_on(built, pd.DataFrame([SOUND | change]))

    assert check in {outcome.check for outcome in verdict.blocking}
    assert_withheld(built, verdict)


def test_an_authority_that_sent_nothing_does_not_stop_the_others(built: WarehousePaths) -> None:
    assert verdict_on(built, pd.DataFrame([SOUND | {"returns_of_authority": 0}])).is_good


def test_raising_blocks(built: WarehousePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(gate, "_validate", broken)

    assert_withheld(built, verdict_on(built, pd.DataFrame([SOUND])))


def test_no_rows_to_check_blocks(built: WarehousePaths) -> None:
    assert_withheld(built, verdict_on(built, pd.DataFrame([SOUND]).head(0)))


def test_a_gate_that_left_no_verdict_blocks(built: WarehousePaths) -> None:
    ended = released(built, release)

    assert not ended.success
    assert "no verdict was reached" in why(ended)
    assert list(built.releases.iterdir()) == []


def test_a_gate_that_hangs_blocks(built: WarehousePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def hang(*_: object) -> None:
        asked.append("judge")
        time.sleep(30)

    monkeypatch.setattr(the_gate, "MOST_SECONDS", 3)
    monkeypatch.setattr(gate, "judge", hang)
    started = time.monotonic()

    ended = released(built, the_gate.quality_gate, release)

    assert asked == ["judge"], why(ended)  # it was the judging that hung, and nothing before it that broke
    assert not ended.success
    assert "the checks did not end" in why(ended)
    assert time.monotonic() - started < 20
    assert not (built.restricted / the_gate.VERDICT_FILE).exists()
    assert list(built.releases.iterdir()) == []


def test_a_suite_that_cannot_be_read_stops_the_refresh_by_its_name(
    places: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "suites"
    broken.mkdir()
    for path in SUITES.glob("*.json"):
        (broken / path.name).write_bytes(path.read_bytes())
    (broken / "contacts.json").write_text(json.dumps({"name": "contacts", "expectations": []}), "utf-8")
    monkeypatch.setattr("expectations.context.open_context.__defaults__", (broken, ("measures",), ()))
    with duckdb.connect(str(places.warehouse)) as db:
        db.execute("create schema ledger; create table ledger.reporting as select '2025-04' as view_month")

    ended = released(places, the_gate.gate)

    assert not ended.success
    assert "contacts.json has no expectations, so it would let everything through" in why(ended)
    assert list(places.releases.iterdir()) == []


def test_work_in_time_gives_its_answer_or_its_error() -> None:
    assert within(5, lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    with pytest.raises(TimeoutExceeded):
        within(0.05, lambda: time.sleep(2))
