"""However the gate fails to say yes, nothing is published: it raises, fails, dies, hangs, has no rows."""

import os
import time

import dagster as dg
import duckdb
import great_expectations.expectations as gxe
import pandas as pd
import pytest

from expectations import gate
from expectations.gate import judge
from expectations.verdict import Verdict
from ingest.ledger import Ledger
from ingest.places import Places
from orchestration.assets import quality_gate as the_gate
from orchestration.assets.publication import release
from orchestration.assets.warehouse import TESTS_FILE
from orchestration.deadline import TooLong, within
from orchestration.release import NotEarned, build_digest, publish
from orchestration.resources import Warehouse

NONE_REPEATED = gxe.ExpectColumnValuesToBeBetween(
    column="repeated", min_value=0, max_value=0, severity="critical", notes="A reason.",
    meta={"check": "repeated"},
)  # fmt: skip
GOOD = pd.DataFrame({"subject": ["marts"], "repeated": [0]})


@pytest.fixture
def built(places: Places) -> Places:
    """A warehouse with one mart in it, ready to be judged."""
    with duckdb.connect(str(places.warehouse)) as db:
        db.execute("create schema marts; create table marts.fct_indicator_values as select 1 as value")
        db.execute("create schema ledger; create table ledger.reporting as select '2025-04' as view_month")
    (places.restricted / TESTS_FILE).write_text("{}", encoding="utf-8")
    return places


def assert_withheld(places: Places, frame: pd.DataFrame) -> None:
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        verdict = Verdict(build_digest(db), tuple(judge("marts", frame, [NONE_REPEATED], "subject")))
    with pytest.raises(NotEarned, match="withholds"):
        publish(places, Ledger(places.ledger), verdict, "run", {})
    assert list(places.releases.iterdir()) == []


def released(places: Places, *assets: object) -> dg.ExecuteInProcessResult:
    where = {name: str(getattr(places, name)) for name in ("raw", "reference", "release", "restricted")}
    return dg.materialize(list(assets), resources={"warehouse": Warehouse(**where)}, raise_on_error=False)


def test_raising_blocks(built: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(gate, "_validate", broken)

    assert_withheld(built, GOOD)


def test_success_false_blocks(built: Places) -> None:
    assert_withheld(built, pd.DataFrame({"subject": ["marts"], "repeated": [1]}))


def test_success_false_without_a_count_blocks(built: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"repeated": {"success": False, "exception_info": {}, "result": {}}}
    monkeypatch.setattr(gate, "_validate", lambda *_: said)

    assert_withheld(built, GOOD)


def test_no_rows_to_check_blocks(built: Places) -> None:
    assert_withheld(built, pd.DataFrame())


def test_dying_blocks(built: Places) -> None:
    child = os.fork()
    if child == 0:
        os._exit(137)  # as a gate that is killed ends: without a verdict
    os.waitpid(child, 0)

    ended = released(built, release)

    assert not ended.success
    [failed] = [e for e in ended.all_events if e.is_step_failure]
    assert "no verdict was reached" in str(failed.step_failure_data.error)
    assert list(built.releases.iterdir()) == []


def test_hanging_blocks(built: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(the_gate, "MOST_SECONDS", 0.1)
    monkeypatch.setattr(gate, "judge", lambda *_: time.sleep(30))
    monkeypatch.setattr("expectations.landing.measure", lambda *_: GOOD)
    monkeypatch.setattr("expectations.publication.measure", lambda *_: GOOD)
    started = time.monotonic()

    ended = released(built, the_gate.quality_gate, release)

    assert not ended.success
    assert time.monotonic() - started < 20
    assert not (built.restricted / the_gate.VERDICT_FILE).exists()
    assert list(built.releases.iterdir()) == []


def test_work_in_time_gives_its_answer_or_its_error() -> None:
    assert within(5, lambda: 1) == 1
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    with pytest.raises(TooLong):
        within(0.05, lambda: time.sleep(2))
