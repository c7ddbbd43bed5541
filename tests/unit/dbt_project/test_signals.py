"""What is called a change: limits worked by hand, a series for each rule, and one just short."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import pytest

from tests.support.signal_tables import COLUMNS, LAST, signals_of

UP_AND_DOWN = [10, 6] * 6
DOWN_AND_UP = [6, 10] * 6
EIGHTS = [8] * 12
NOUGHTS = [0] * 12

Given = Sequence[float | None | tuple[float, float | None, float | None]]


def judged(
    indicator: str, given: Given, changed: int | None = None, **variables: int
) -> list[dict[Any, Any]]:
    """What the mart says of a series that ends in March 2025; a point is its figure, or with its parts."""
    rows = []
    for month, point in enumerate(given, LAST - len(given) + 1):
        if point is not None:
            parts = point if isinstance(point, tuple) else (point, None, None)
            rows.append((indicator, "a place", month, *parts))
    points = pd.DataFrame(rows, columns=COLUMNS).astype({"numerator": float, "denominator": float})
    found = signals_of(points, variables, {"a place": changed} if changed else None)
    return found.astype(object).where(found.notna(), None).to_dict("records")


def of(numerator: float, denominator: float) -> tuple[float, float, float]:
    return 100 * numerator / denominator, numerator, denominator


def over(cases: float, days: float) -> tuple[float, float | None, float]:
    return days, None, cases


@pytest.mark.parametrize(
    ("indicator", "given", "expected", "lower", "upper"),
    [
        # mean 8, its root (8.375) 2.893959; z 0.654132 and -0.738165: each range 1.392297, sigma 1.234306;
        # k = 3.5 + 18/12 = 5, so 3.085764 either way on the scale: -0.19 is below nothing, 5.979724 squared
        # less 3/8
        pytest.param("small", [*UP_AND_DOWN, *EIGHTS], 8, 0, 35.382095, id="counts"),
        # no range: sigma 1, 2.5 either way: 0.393959 and 5.393959 squared less 3/8: below nothing, 28.719796
        pytest.param("small", [*EIGHTS, *EIGHTS], 8, 0, 28.719796, id="counts that never moved"),
        # 24 months behind it: k = 4.25, 2.125 either way: 0.768959 and 5.018959
        pytest.param("small", [*EIGHTS] * 3, 8, 0.216298, 24.814952, id="counts with more months"),
        # p 0.8, its arc 1.107149; each month alike: sigma 1, k 5; of 20 cases 5 / (2 root 20.5) = 0.552158
        # either way: 0.554991 is 26.93%, 1.659306 beyond all
        pytest.param("share", [of(16, 20)] * 24, 80, 26.932356, 100, id="shares"),
        # of 80 cases 5 / (2 root 80.5) = 0.278639: 0.828510 and 1.385788
        pytest.param(
            "share", [*[of(16, 20)] * 23, of(64, 80)], 80, 54.346172, 97.053085, id="shares of more cases"
        ),
        # changes +2 six times, -2 five: mean 0.181818; ranges 4, sigma 4/1.128 = 3.546099, above their
        # standard deviation, root of (6 x 1.818182² + 5 x 2.181818²)/10 = 2.088932; 17.730496 either way
        # of 100.181818
        pytest.param("stock", [*[100, 102] * 6, *[100] * 12], 100.181818, 82.451322, 117.912315, id="stocks"),
        # no change: sigma 0.8, 4 either way of the month before
        pytest.param("stock", [*[30] * 23, 33], 30, 26, 34, id="stocks that never moved"),
        # 18 of 20 has an arc of 1.225669; sigma 0.5; 2.5 / (2 root 20.5) = 0.276079 either way: 0.949591, and
        # 1.501748, which is above 20 of 20
        pytest.param("stock_share", [of(18, 20)] * 24, 90, 66.730440, 100, id="shares of a stock"),
        # a rate of 40 is 80 children, so one more is 0.5 and sigma 0.4
        pytest.param("rate", [(40, 80, 20000)] * 24, 40, 38, 42, id="rates of a stock"),
        # ln 30 throughout: sigma 0.1; of 16 cases 0.5/4 either way: 30 x e^-0.125 - 1 and 30 x e^0.125 - 1
        pytest.param("days", [over(16, 29)] * 24, 29, 25.474907, 32.994454, id="days"),
        # of 4 cases 0.5/2
        pytest.param(
            "days", [*[over(16, 29)] * 23, over(4, 29)], 29, 22.364023, 37.520763, id="days of fewer cases"
        ),
        # mean 0, ranges 6: 6/1.128 = 5.319149, above root (12 x 9 / 11) = 3.13; five times
        pytest.param("net", [*[3, -3] * 6, *NOUGHTS], 0, -26.595745, 26.595745, id="net changes"),
    ],
)
def test_limits_are_those_worked_by_hand(
    indicator: str, given: Given, expected: float, lower: float, upper: float
) -> None:
    last = judged(indicator, given)[-1]

    assert [last["expected"], last["lower_limit"], last["upper_limit"]] == pytest.approx(
        [expected, lower, upper], abs=1e-6
    )


RULES = ("is_outside_limits", "is_shift", "is_near_limit")


@pytest.mark.parametrize(
    ("indicator", "given", "rules", "variation"),
    [
        # the limit is 28.72
        pytest.param("small", [*EIGHTS, *EIGHTS[1:], 29], {"is_outside_limits": [1]}, "higher", id="outside"),
        pytest.param("small", [*EIGHTS, *EIGHTS[1:], 28], {}, "common_cause", id="not quite outside"),
        # 117.91 and 82.45
        pytest.param(
            "stock", [*[100, 102] * 6, *[100] * 11, 118], {"is_outside_limits": [1]}, "higher", id="a leap"
        ),
        pytest.param("stock", [*[100, 102] * 6, *[100] * 11, 117], {}, "common_cause", id="no leap"),
        pytest.param(
            "stock", [*[100, 102] * 6, *[100] * 11, 82], {"is_outside_limits": [1]}, "lower", id="a fall"
        ),
        # a limit is not beyond itself: 4 either way
        pytest.param("net", [*NOUGHTS, *NOUGHTS[1:], 4], {}, "common_cause", id="on the limit"),
        pytest.param("net", [*NOUGHTS, *NOUGHTS[1:], -5], {"is_outside_limits": [1]}, "lower", id="below it"),
        # 0.8 x 5: 2 either way on the scale, 4.893959 squared less 3/8 = 23.58
        pytest.param(
            "small", [*EIGHTS, *EIGHTS[3:], 24, 8, 24], {"is_near_limit": [1]}, "higher", id="2 of 3 close"
        ),
        pytest.param(
            "small", [*EIGHTS, *EIGHTS[3:], 8, 24, 24], {"is_near_limit": [1]}, "higher", id="2 running close"
        ),
        pytest.param("small", [*EIGHTS, *EIGHTS[4:], 24, 8, 8, 24], {}, "common_cause", id="2 of 4 close"),
        pytest.param(
            "small", [*EIGHTS, *EIGHTS[2:], 23, 24], {}, "common_cause", id="one close, one not quite"
        ),
        # 0.8 x 4 = 3.2 either way
        pytest.param("net", [*NOUGHTS, *NOUGHTS[3:], 4, 0, -4], {}, "common_cause", id="close on both sides"),
        pytest.param(
            "net", [*NOUGHTS, *NOUGHTS[3:], -4, 0, -4], {"is_near_limit": [1]}, "lower", id="close below"
        ),
        # the median of the months before is 8; the twelfth above it is the signal
        pytest.param("small", [*UP_AND_DOWN, *[9] * 12], {"is_shift": [1]}, "higher", id="12 running"),
        pytest.param("small", [*DOWN_AND_UP, *[7] * 12], {"is_shift": [1]}, "lower", id="12 running below"),
        pytest.param(
            "small", [*UP_AND_DOWN, 8, 8, *[9] * 11], {}, "common_cause", id="11 running after the median"
        ),
        pytest.param(
            "small", [*UP_AND_DOWN, *[9] * 6, 8, *[9] * 5], {}, "common_cause", id="a median between"
        ),
        pytest.param("stock", [*[100] * 12, *[101] * 12], {}, "common_cause", id="a stock stays where it is"),
        # a third has no end, and a mean of thirds differs from one in the last bit
        pytest.param("net", [100 / 3] * 24, {}, "common_cause", id="level"),
        pytest.param("share", [of(1, 3)] * 24, {}, "common_cause", id="level share"),
        # a month without a figure is passed over by runs
        pytest.param(
            "small",
            [*UP_AND_DOWN, *[9] * 6, None, *[9] * 6],
            {"is_shift": [1]},
            "higher",
            id="a gap in a run",
        ),
    ],
)
def test_a_rule_fires_on_the_series_built_for_it_and_not_just_short_of_it(
    indicator: str, given: Given, rules: dict[str, list[int]], variation: str
) -> None:
    points = judged(indicator, given)

    last_first = list(enumerate(reversed(points), 1))
    fired = {rule: [place for place, point in last_first if point[rule]] for rule in RULES}
    assert {rule: places for rule, places in fired.items() if places} == rules
    assert points[-1]["variation"] == variation


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            [*EIGHTS, *EIGHTS[1:], 29],
            "a change: higher than before (above the upper limit), where the usual range is 0 to 28.7",
        ),
        (
            [*EIGHTS, *EIGHTS[3:], 24, 8, 24],
            "a change: higher than before (the second of 3 months close to the upper limit), where the usual "
            "range is 0 to 28.7",
        ),
        (
            [*DOWN_AND_UP, *[7] * 12],
            "a change: lower than before (12 months running below the middle of before), where the usual "
            "range is 0 to 35.4",
        ),
        ([*EIGHTS, *EIGHTS], "no signal, where the usual range is 0 to 28.7"),
    ],
)
def test_a_signal_says_what_changed_and_not_whether_that_is_good(given: Given, words: str) -> None:
    assert judged("small", given)[-1]["words"] == words


def test_a_stock_is_judged_by_the_month_before() -> None:
    last = judged("stock", [*[30] * 23, 35])[-1]

    assert last["words"] == (
        "a change: higher than before (above the upper limit), where the usual range after the month before "
        "is 26 to 34"
    )
    assert last["judged_by"] == "changes since the month before"


@pytest.mark.parametrize(
    ("given", "changed", "missing", "words"),
    [
        # 12 to judge and 12 before them
        ([8] * 23, None, 1, "too few months to look for a signal: 1 more is needed"),
        ([8] * 19, None, 5, "too few months to look for a signal: 5 more are needed"),
        ([8] * 5, None, 19, "too few months to look for a signal: 19 more are needed"),
        (
            [8] * 36,
            LAST - 14,
            9,
            "too few months since the process changed in January 2024 (a new service) to look for a signal: "
            "9 more are needed",
        ),
    ],
)
def test_too_few_months_are_said_with_how_many_are_missing(
    given: Given, changed: int | None, missing: int, words: str
) -> None:
    last = judged("small", given, changed)[-1]

    assert (last["variation"], last["missing_months"], last["words"]) == ("too_few_months", missing, words)
    assert (last["expected"], last["lower_limit"], last["upper_limit"]) == (None, None, None)


def test_how_few_months_are_enough_is_a_setting() -> None:
    assert judged("small", [8] * 20, signal_points=8)[-1]["variation"] == "common_cause"
    assert judged("small", [8] * 19, signal_points=8)[-1]["missing_months"] == 1


def test_the_first_month_of_a_stock_counts_as_a_month_and_a_gap_as_two_changes_fewer() -> None:
    assert judged("stock", [30] * 24)[-1]["baseline_points"] == 12
    assert judged("stock", [30] * 6 + [None] + [30] * 18)[-1]["baseline_points"] == 11


def test_a_recorded_change_begins_a_new_phase_with_limits_of_its_own() -> None:
    points = judged("small", [*[20] * 12, *EIGHTS, *EIGHTS], changed=LAST - 23)

    assert [
        (p["phase_points"], str(p["phase_start"])[:7], p["phase_reason"]) for p in (points[0], points[-1])
    ] == [
        (12, "2022-04", None),
        (24, "2023-04", "a new service"),
    ]
    assert points[-1]["words"] == (
        "no signal, where the usual range since the process changed in April 2023 (a new service) "
        "is 0 to 28.7"
    )


@pytest.mark.parametrize(
    ("indicator", "given", "place", "words"),
    [
        (
            "lookback",
            [of(9, 10)] * 36,
            -1,
            "no signal is looked for, as each figure shares most of its cases with the one before",
        ),
        (
            "share",
            [*[of(9, 10)] * 30, (10, None, None)],
            -1,
            "no signal is looked for, as the cases behind it are not known",
        ),
        (
            "stock",
            [*[30] * 24, None, 90],
            -1,
            "no signal is looked for, as the month before has none to change from",
        ),
        ("small", [*EIGHTS, *EIGHTS], 11, "one of the months that limits come from"),
    ],
)
def test_what_is_not_judged_says_why(indicator: str, given: Given, place: int, words: str) -> None:
    point = judged(indicator, given)[place]

    assert (point["variation"], point["words"]) == ("not_judged", words)
