"""The first extract holds years: the months before its folder are worked out from it, and said to be so."""

import shutil
from pathlib import Path

import duckdb
import pytest

from ingest.contracts.settings import FILE, VARIABLE
from ingest.paths import WarehousePaths
from tests.conftest import Send
from tests.integration.test_months import MEETINGS, contacts
from tests.support.command import PUBLISHED, close, refresh

pytestmark = pytest.mark.pipeline
HEADING = "cont_contact_id,cont_person_id,cont_contact_date\n"
FIGURES = """
    select
        indicator_id, period_basis, breakdown_type, breakdown_value,
        value_status, numerator, denominator, value
    from fct_indicator_values where strftime(period_end, '%Y-%m') = $1
"""


def figures(places: WarehousePaths, month: str) -> dict[tuple, tuple]:
    """By indicator, basis and breakdown: status, numerator, denominator and value."""
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return {row[:4]: row[4:] for row in db.execute(FIGURES, [month]).fetchall()}


def asked(places: WarehousePaths, sql: str) -> list[tuple]:
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return db.sql(sql).fetchall()


def test_a_month_worked_out_by_history_has_the_figures_that_its_folder_would_have_given(
    places: WarehousePaths, send: Send, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send("2025-03", "301", "contacts", contacts(feb=20, mar=12))
    send("2025-03", "301", "strategy_meetings", MEETINGS)
    beside = WarehousePaths.of(tmp_path / "raw-b", places.reference, tmp_path / "b" / "release")
    shutil.copytree(places.raw, beside.raw)
    older = beside.raw / "2025-02" / "301"
    older.mkdir(parents=True)
    for name, text in (("contacts", HEADING), ("strategy_meetings", MEETINGS)):
        (older / f"{name}.csv").write_text(text, encoding="utf-8")
    assert refresh(beside).returncode in PUBLISHED
    settings = tmp_path / FILE
    settings.write_text("history_from: 2025-02\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(settings))

    ended = refresh(places)

    assert ended.returncode in PUBLISHED, ended.stderr
    found, folder = figures(places, "2025-02"), figures(beside, "2025-02")
    borne = {key: said for key, said in found.items() if said[0] != "insufficient_history"}
    assert {key: folder[key] for key in borne} == borne
    assert borne["contacts_received", "month", "all", "all"] == ("calculated", 20, None, 20)
    assert found["contacts_received", "year_to_date", "all", "all"][0] == "insufficient_history"
    assert "not_submitted" not in {status for status, *_ in found.values()}
    assert asked(places, "select reporting_month, month_state from fct_month_status order by 1") == [
        ("2025-02", "history"), ("2025-03", "provisional")
    ]  # fmt: skip
    assert asked(places, "select count(*) from fct_submissions where reporting_month = '2025-02'") == [(0,)]

    assert close(places, "2025-03").returncode in PUBLISHED

    first = "select distinct strftime(period_end, '%Y-%m') from fct_indicator_revisions order by 1"
    assert asked(places, first) == [("2025-03",)]
    with duckdb.connect(str(places.current / "public" / "public.duckdb"), read_only=True) as db:
        printed = db.sql("select distinct strftime(period_end, '%Y-%m') from figures").fetchall()
    assert printed == [("2025-03",)]
