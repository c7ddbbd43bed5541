"""The dashboard's page: the rows as they are, nothing that breaks out of it, a policy that holds."""

import base64
import hashlib
import json
import re
from datetime import date
from typing import Any

import pytest

from publication.reports.dashboard import Dashboard, _chosen, _since, page
from publication.reports.figures import ReportError

MARCH, APRIL = date(2025, 3, 31), date(2025, 4, 30)
FIGURE = {
    "la_code": "301", "indicator_id": "seen", "period_basis": "month", "breakdown_type": "all",
    "breakdown_value": "all", "breakdown_title": "All",
}  # fmt: skip


def dashboard(*rows: dict[str, Any]) -> Dashboard:
    return Dashboard(
        name="A & B", file_name="301", edition="restricted", month=APRIL, release=7, commit="abc",
        authorities={"301": "A & B"}, rows=list(rows),
        indicators=[
            {"indicator_id": name, "title": name, "area": "", "unit": "percent", "headline_basis": "month"}
            for name in ("seen", "never")
        ],
    )  # fmt: skip


def data_of(text: str) -> dict[str, Any]:
    [packed] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', text)
    unpacked: dict[str, Any] = json.loads(packed)
    return unpacked


def test_a_figure_is_in_the_page_unrounded_with_its_words_and_what_it_stands_beside() -> None:
    value = 1700 / 26
    data = data_of(
        page(
            dashboard(
                {**FIGURE, "period_end": MARCH, "value": None, "value_words": "No figure"},
                {
                    **FIGURE, "period_end": APRIL, "value": value, "value_words": "65.4%", "numerator": 17.0,
                    "denominator": 26.0, "month_state": "final", "rag_status": "red", "target_value": 80.0,
                    "target_words": "65.4%, missed: red", "england_value": 70.45,
                },
            )
        )
    )  # fmt: skip

    assert data["periods"] == ["2025-03-31", "2025-04-30"]
    assert data["indicators"] == [["seen", "seen", "", "percent", "month"]]  # of the other there is nothing
    [series] = data["series"]
    assert series[:6] == ["301", "seen", "month", "all", "all", "All"]
    assert series[6] == [
        [0, None, "No figure"],  # missing is never nought
        [
            1, value, "65.4%", 17.0, 26.0, "final", "red", "65.4%, missed: red", 80.0, "80.0%",
            None, None, 70.45, "70.5%",
        ],
    ]  # fmt: skip


def test_no_text_can_end_the_element_that_it_stands_in() -> None:
    hostile = "</script><img src=x onerror=alert(1)>"
    text = page(dashboard({**FIGURE, "breakdown_title": hostile, "period_end": APRIL, "value": 1.0}))

    assert "<img" not in text
    assert data_of(text)["series"][0][5] == hostile
    assert "<h1>A &amp; B</h1>" in text


def test_the_policy_lets_this_script_run_and_nothing_be_asked_for() -> None:
    text = page(dashboard())
    script = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in text
    assert not re.findall(r"\b(?:fetch|XMLHttpRequest|import|innerHTML|eval)\b", script)


def test_an_authority_or_region_that_is_not_there_is_said_with_what_is() -> None:
    known, regions = {"301": "A", "302": "B"}, {"301": "East", "302": ""}

    assert _chosen(known, regions, "301", "") == {"301": "A"}
    assert _chosen(known, regions, "", "East") == {"301": "A"}
    assert _chosen(known, regions, "", "all") == known
    with pytest.raises(ReportError, match="nothing of authority 999; there is 301, 302"):
        _chosen(known, regions, "999", "")
    with pytest.raises(ReportError, match="nothing of region West; there is East, all"):
        _chosen(known, regions, "", "West")


def test_a_region_has_thirteen_months() -> None:
    assert _since(MARCH) == date(2024, 3, 1)
    assert _since(date(2025, 12, 31)) == date(2024, 12, 1)
