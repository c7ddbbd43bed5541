"""Charts: a month without a figure is a gap, ticks hold the figures, and the funnel is chance's own."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publication.reports.charts import process_chart, ticks
from publication.reports.region import Compared, Place
from tests.support.report_lines import line, months


def test_a_month_without_a_figure_is_a_gap_and_never_nought() -> None:
    chart = process_chart(line(points=months(50.0, 60.0, None, 70.0, 80.0)))

    assert chart is not None
    runs = [node.get("points") for node in etree.fromstring(chart.svg).iter("{*}polyline")]
    assert [len(run.split()) for run in runs] == [2, 2]


def test_one_month_is_no_chart() -> None:
    assert process_chart(line(points=months(None, 50.0))) is None


def test_a_signal_has_a_shape_of_its_own() -> None:
    shapes = {
        variation: process_chart(line(points=months(50.0, 60.0, variation=variation)))
        for variation in ("common_cause", "higher", "lower")
    }

    drawn = {name: chart.svg.split("<polyline")[1] for name, chart in shapes.items() if chart}
    assert len(set(drawn.values())) == 3
    assert "<circle" in drawn["common_cause"]


def test_limits_follow_the_month_and_break_where_the_process_changed() -> None:
    old, new = (
        {"expected": 50.0, "lower": 40.0, "upper": upper, "phase_start": date(year, 4, 1)}
        for year, upper in ((2023, 60.0), (2024, 62.0))
    )
    points = [replace(p, **given) for p, given in zip(months(*[50.0] * 4), (old, old, new, new), strict=True)]
    points[3] = replace(points[3], upper=65.0)

    chart = process_chart(line(points=tuple(points)))

    assert chart is not None
    drawn = [n.get("d") for n in etree.fromstring(chart.svg).iter("{*}path") if n.get("fill") == "none"]
    assert [path.count("L") for path in drawn] == [1] * 6  # three levels in either phase, over two months
    last = drawn[-1].replace("M", "").split("L")
    assert last[0].split()[1] != last[1].split()[1]


def test_a_chart_names_its_method() -> None:
    chart = process_chart(line(points=months(50.0, 60.0, judged_by="figures of a month")))

    assert chart is not None
    assert "Signals: figures of a month" in chart.svg


@given(st.floats(-1e7, 1e7), st.floats(0, 1e7))
def test_ticks_hold_the_lowest_and_the_highest_between_them(lowest: float, reach: float) -> None:
    found = ticks(lowest, lowest + reach)

    assert found[0] <= lowest + 1e-6 * abs(lowest) + 1e-9
    assert found[-1] >= lowest + reach - 1e-6 * abs(lowest + reach) - 1e-9
    assert 2 <= len(found) <= 12


def test_a_place_is_held_against_what_chance_would_do() -> None:
    # at 100 of 10,000 cases a share of 50% has a standard error of 5 points: 9.8 either way, and 15.45
    def place(value: float) -> Place:
        return Place("301", "Anywhere", value, "calculated", value, 100, 1)

    one = Compared(line(), 100, 0.5, ())

    assert [one.standing(place(value)) for value in (59.7, 59.9, 65.4, 65.5, 40.1, 34.5)] == [
        "inside", "above", "above", "far above", "below", "far below",
    ]  # fmt: skip
