"""Which points are signals: limits worked by hand, a series for each special cause, and one just short."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from ingest.paths import WarehousePaths
from tests.support.warehouse_sources import Figure, build_comparisons, lay_out_dimensions, months_to, put_in

pytestmark = pytest.mark.pipeline
LAST = "2025-03"
CALM = [20.0, 10.0] * 6

# Each an authority of its own; the last point is March 2025.
SERIES: dict[str, tuple[str, str, list[float]]] = {
    "counts": ("301", "contacts_received", [10, 12, 11, 13, 12, 11, 12, 13, 11, 12, 10, 11]),
    "shares": ("302", "icpc_15wd_pct", [80, 84, 82, 86, 84, 80, 82, 84, 86, 88, 84, 80]),
    "days": ("303", "assessment_duration_median_wd", [30, 30, 36, 30, 24, 30, 30, 33, 30, 27, 30, 30, 30]),
    "outside": ("304", "icpc_15wd_pct", [20, 22] * 5 + [20, 30]),
    "not quite outside": ("305", "icpc_15wd_pct", [20, 22] * 5 + [20, 28]),
    "shift": ("306", "icpc_15wd_pct", [*CALM, *[16.0] * 7]),
    "not quite a shift": ("307", "icpc_15wd_pct", [*CALM, *[16.0] * 6]),
    "trend": ("308", "icpc_15wd_pct", [*CALM, 11, 12, 13, 14, 15, 16]),
    "not quite a trend": ("309", "icpc_15wd_pct", [*CALM, 11, 12, 13, 14, 15]),
    "near the limit": ("310", "icpc_15wd_pct", [20, 22] * 6 + [27, 22, 27]),
    "near it on both sides of the mean": ("311", "icpc_15wd_pct", [20, 22] * 6 + [27, 21, 27]),
    "near it once": ("312", "icpc_15wd_pct", [20, 22] * 6 + [27, 22, 22]),
    "lower is better": ("313", "wf_vacancy_rate", [20, 22] * 5 + [20, 30]),
    "falling": ("314", "icpc_15wd_pct", [10, 20] * 6 + [19, 18, 17, 16, 15, 14]),
    "level": ("315", "icpc_15wd_pct", [100 / 3] * 13),
    "eleven points": ("316", "icpc_15wd_pct", [20, 22] * 5 + [80]),
    "rare events": ("317", "contacts_received", [0, 1] * 6 + [6]),
    "changed process": ("318", "icpc_15wd_pct", [20, 22] * 6 + [60, 62] * 6),
    "unchanged elsewhere": ("319", "icpc_15wd_pct", [20, 22] * 6 + [60, 62] * 6),
}

Judged = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    base = tmp_path_factory.mktemp("signals")
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    places.reference.mkdir()
    (places.reference / "process_changes.csv").write_text(
        "la_code,indicator_id,from_date,reason\n318,icpc_15wd_pct,2024-04-01,new conference service\n",
        encoding="utf-8",
    )
    lay_out_dimensions(places, months_to(LAST, 24)[0], LAST)
    put_in(
        places,
        [
            Figure(la_code, indicator, "point_in_time" if indicator[:2] == "wf" else "month", month, value)
            for la_code, indicator, values in SERIES.values()
            for month, value in zip(months_to(LAST, len(values)), values, strict=True)
        ],
    )
    assert all(node.status in ("success", "pass") for node in build_comparisons(places))
    db = duckdb.connect(str(places.warehouse), read_only=True)

    def points(name: str) -> list[dict[str, Any]]:
        asked = db.execute(
            "from marts.fct_indicator_spc where la_code = ? order by period_end", [SERIES[name][0]]
        )
        names = [column[0] for column in asked.description or ()]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    return points


@pytest.mark.parametrize(
    ("name", "mean", "moving_range", "lower", "upper"),
    [
        # sum 138 over 12; ranges 2 1 2 1 1 1 1 2 1 2 1 = 15 over 11; 2.66 x 15/11 = 3.627273
        ("counts", 11.5, 1.363636, 7.872727, 15.127273),
        # sum 1000 over 12; ranges 4 2 4 2 4 2 2 2 2 4 4 = 32 over 11; 2.66 x 32/11 = 7.738182
        ("shares", 83.333333, 2.909091, 75.595152, 91.071515),
        # sum 390 over 13; ranges 0 6 6 6 6 0 3 3 3 3 0 0 = 36 over 12; 2.66 x 3 = 7.98
        ("days", 30, 3, 22.02, 37.98),
    ],
)
def test_limits_are_those_worked_by_hand(
    judged: Judged, name: str, mean: float, moving_range: float, lower: float, upper: float
) -> None:
    for point in judged(name):
        assert point["mean"] == pytest.approx(mean, abs=1e-6)
        assert point["mean_moving_range"] == pytest.approx(moving_range, abs=1e-6)
        assert point["lower_limit"] == pytest.approx(lower, abs=1e-6)
        assert point["upper_limit"] == pytest.approx(upper, abs=1e-6)


RULES = ("is_outside_limits", "is_shift", "is_trend", "is_near_limit")


def fired(points: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Which rules fired, and at which points, counted from the last as 1."""
    last_first = list(enumerate(reversed(points), 1))
    by_rule = {rule: [place for place, point in last_first if point[rule]] for rule in RULES}
    return {rule: places for rule, places in by_rule.items() if places}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        # mean 21.667, moving range 30/11: the upper limit is 28.92
        ("outside", {"is_outside_limits": [1]}),
        # mean 21.5, moving range 28/11: the upper limit is 28.27
        ("not quite outside", {}),
        ("shift", {"is_shift": [1, 2, 3, 4, 5, 6, 7]}),
        ("not quite a shift", {}),
        # the seventh point back is the 10 that it rises from
        ("trend", {"is_trend": [1, 2, 3, 4, 5, 6, 7]}),
        ("not quite a trend", {}),
        # mean 21.867, moving range 37/14: the outer third is 26.55 to 28.90; the 22 between is above the mean
        ("near the limit", {"is_near_limit": [1, 3]}),
        # mean 21.8: the 21 between is below it
        ("near it on both sides of the mean", {}),
        ("near it once", {}),
        ("falling", {"is_trend": [1, 2, 3, 4, 5, 6, 7]}),
        # a mean of thirds differs from them in the last bit: no signal
        ("level", {}),
    ],
)
def test_a_rule_fires_on_the_series_built_for_it_and_not_just_short_of_it(
    judged: Judged, name: str, rules: dict[str, list[int]]
) -> None:
    points = judged(name)

    assert len(points) == len(SERIES[name][2])
    assert fired(points) == rules


@pytest.mark.parametrize(
    ("name", "variation", "words"),
    [
        ("outside", "improvement", "special cause (improvement): above the upper limit"),
        ("lower is better", "concern", "special cause (concern): above the upper limit"),
        ("shift", "improvement", "special cause (improvement): one of 7 months running above the mean"),
        ("falling", "concern", "special cause (concern): one of 7 or more months running that each fell"),
        (
            "near the limit",
            "improvement",
            "special cause (improvement): 2 of 3 months close to the upper limit",
        ),
        ("not quite a shift", "common_cause", "no special cause"),
    ],
)
def test_a_signal_is_improvement_or_concern_by_the_indicators_polarity(
    judged: Judged, name: str, variation: str, words: str
) -> None:
    last = judged(name)[-1]

    assert (last["variation"], last["special_causes"]) == (variation, words)


def test_too_few_points_and_rare_events_are_not_judged(judged: Judged) -> None:
    assert judged("eleven points") == []
    assert judged("rare events") == []


def test_a_recorded_change_begins_a_new_phase_and_without_one_the_step_is_a_signal(judged: Judged) -> None:
    changed = judged("changed process")

    assert [(p["mean"], p["phase_points"], str(p["phase_start"])) for p in (changed[0], changed[-1])] == [
        (21, 12, "2023-04-01"),
        (61, 12, "2024-04-01"),
    ]
    assert fired(changed) == {}
    assert "is_shift" in fired(judged("unchanged elsewhere"))
