"""What no figure of the public pack may be: each expectation of its suite on both sides."""

import duckdb
import pandas as pd
import pytest

from expectations.public_pack import Judge

LAST = "2025-03-31"
SHOWN = {
    "geographic_level": "Local authority", "area_code": "372", "indicator_id": "contacts",
    "period_basis": "month", "period_end": LAST, "breakdown": "all", "value": 6.0, "status": "shown",
}  # fmt: skip
REGION = {"geographic_level": "Regional", "area_code": "E12000003"}


@pytest.fixture
def failing():
    """Which checks the figures of a pack fail, the indicator being of a count of events."""

    def ask(*figures: dict[str, object], unit: str = "count", count_unit: str | None = "event") -> list[str]:
        with duckdb.connect() as db:
            db.register("told", pd.DataFrame(figures))
            db.execute("create table figures as select * replace (period_end::date as period_end) from told")
            db.execute("create table dim_indicator (indicator_id varchar, unit varchar, count_unit varchar)")
            db.execute("insert into dim_indicator values ('contacts', $1, $2)", [unit, count_unit])
            judge = Judge()
            return [c.check for c in judge.judge(judge.figures(db, LAST)) if c.state in ("failed", "crashed")]

    return ask


def test_a_sound_figure_and_a_hidden_one_pass(failing) -> None:
    assert failing(SHOWN, SHOWN | {"breakdown": "other", "value": None, "status": "c"}) == []


@pytest.mark.parametrize(
    ("figure", "check"),
    [
        ({"value": 5.0}, "small_counts_hidden"),
        ({"status": "secret"}, "statuses_known"),
        ({"value": None}, "shown_has_value"),
        ({"status": "c"}, "hidden_has_none"),
        ({"value": -1.0}, "from_zero"),
        ({"period_end": "2025-04-30"}, "of_closed_months"),
        (REGION | {"value": 16.0}, "areas_rounded"),
    ],
)
def test_what_no_figure_may_be_is_found(failing, figure: dict[str, object], check: str) -> None:
    sound = SHOWN | {"breakdown": "other"}

    assert check in failing(sound, SHOWN | figure)


def test_a_figure_that_is_there_twice_is_found(failing) -> None:
    assert failing(SHOWN, SHOWN) == ["figures_once"]


@pytest.mark.parametrize(
    ("figure", "unit", "count_unit"),
    [
        ({"value": 0.0}, "count", "event"),
        ({"value": 5.0}, "count", "month"),  # of nobody
        ({"value": 5.0}, "percent", "child"),
        ({"value": -1.0}, "gbp", None),
        (REGION | {"value": 20.0}, "count", "child"),
        (REGION | {"value": 16.4}, "percent", "child"),
    ],
)
def test_what_only_looks_like_it_is_let_through(failing, figure, unit: str, count_unit: str | None) -> None:
    other = SHOWN | {"breakdown": "other", "value": 60.0}

    assert failing(SHOWN | figure, other, unit=unit, count_unit=count_unit) == []
