"""A payload as a council sends it, over days, is opened as the month's returns say; no figure goes beyond."""

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from ingest.adapters import open_csc_api
from ingest.discovery.file_reader import read_csv
from synthetic import invent
from synthetic.payload import invent_payload
from tests.acceptance.payload import LA, MONTH, Payload, over_days
from tests.support.supported import DECLARED, Came, figures_of

AS_AT, BEGINS = date(2025, 3, 31), "2023-04-01"


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("council")
    invent(1, [MONTH], 60, 5, base)
    return base / "raw"


def opened(**payloads: Payload) -> dict[str, list[str]]:
    """The rows of each return, in an order of their own."""
    files = {name: (f"{name}.json", json.dumps(payload).encode()) for name, payload in payloads.items()}
    tables = open_csc_api(files, AS_AT).returns
    return {name: sorted(map(str, _rows(table))) for name, table in tables.items()}


def _rows(table: pa.Table) -> list[dict[str, object]]:
    return table.drop_columns(["row_number"]).to_pylist()


def test_a_full_payload_and_partials_of_five_days_stand_as_the_whole(raw: Path) -> None:
    whole = invent_payload(raw, LA, MONTH)
    sent = over_days(whole)

    assert len(sent) == 6
    assert all(payload["children"] for payload in sent.values())
    assert opened(**sent) == opened(full=whole)
    first, *_ = sent.items()
    assert opened(**dict([first])) != opened(full=whole)


def test_the_payload_says_what_the_returns_say(raw: Path) -> None:
    table = read_csv((raw / MONTH / LA / "s47_enquiries.csv").read_bytes())
    days = table.cells.column(str(table.headers.index("s47e_s47_start_date"))).to_pylist()
    payload = invent_payload(raw, LA, MONTH)
    told = [
        enquiry["start_date"]
        for child in payload["children"]
        for episode in child["social_care_episodes"]
        for enquiry in episode.get("section_47_assessments", [])
    ]

    assert sorted(day for day in told if day >= BEGINS) == sorted(day for day in days if day >= BEGINS)


# What the payload has no word for would be a wrong zero, and among children in care it tells no short breaks.
NOT_TOLD = {
    "adopt_a1_days", "assessment_nfa_pct", "cases_unallocated", "cin_plans_open", "cl_in_touch_pct",
    "cla_open", "cla_started", "cp_category_pct", "cp_subsequent_ever_pct", "ia_completed", "icpc_held",
    "icpc_to_plan_pct", "shobpa_open",
}  # fmt: skip


def test_a_payload_supports_no_figure_that_it_cannot_tell() -> None:
    returns = DECLARED["csc_api"]
    came = Came("csc_api", MONTH, returns, dict.fromkeys(returns, date(2023, 4, 1)), {}, frozenset())
    supported = {indicator for (indicator, _), lacking in figures_of(came).items() if lacking is None}

    assert {"referrals_received", "cin_open", "cp_open", "s47_started", "single_45wd_pct"} <= supported
    assert not supported & NOT_TOLD
