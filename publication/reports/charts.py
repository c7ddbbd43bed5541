"""Charts as plain SVG, drawn by a template: no script, nothing to load, the same in a browser and in a PDF.

Every chart reads in black and white: a line for what is expected, dashes for the usual range, dots for the
target, and a shape for each kind of signal. Each stands beside its table and carries a description in words.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from publication.formatting import format_value
from publication.reports.figures import Line, Point
from publication.reports.region import ALARM, WARNING, Compared, funnel_words
from publication.reports.words import chart_words, spark_words

WIDTH, HEIGHT = 600, 220
LEFT, RIGHT, TOP, BOTTOM = 66, 118, 14, 42
METHOD = 14  # where the method stands, above the plot
FEWEST_POINTS = 2

DRAWN = Environment(
    loader=PackageLoader("publication.reports"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True)
class Chart:
    """A chart, and what it shows in words for whoever does not see it."""

    svg: str
    description: str


@dataclass(frozen=True)
class Scale:
    """Where a value stands on a line of so many units, between the lowest and the highest tick."""

    lowest: float
    highest: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (value - self.lowest) / (self.highest - self.lowest)
        return round(self.start + share * (self.end - self.start), 1)


LEVEL = 1e-9  # of a value: figures are kept to 9 decimals, so a smaller difference is none


def ticks(lowest: float, highest: float, about: int = 4, least: float = 0) -> list[float]:
    """Round values around the lowest and the highest, `about` steps apart and each at least `least`."""
    if highest - lowest <= LEVEL * max(1, float(abs(lowest)), float(abs(highest))):
        lowest, highest = lowest - 1, highest + 1
    step = 10 ** math.floor(math.log10((highest - lowest) / about))
    step *= next(size for size in (1, 2, 5, 10) if step * size * about >= highest - lowest)
    step = max(step, least)
    first, last = math.floor(lowest / step), math.ceil(highest / step)
    return [round(number * step, 10) for number in range(first, last + 1)]


SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE, SPARK_MONTHS = 130, 28, 5, 13


def sparkline(line: Line) -> Chart | None:
    """The newest 13 months in a line of the scorecard, the last of them marked, the target dotted.

    None where fewer than two have a figure.
    """
    points = line.points[-SPARK_MONTHS:]
    given = [point.value for point in points if point.value is not None]
    if line.is_divided or len(given) < FEWEST_POINTS:
        return None
    goal = line.goal.value if line.goal and line.goal.upper is None else None
    reach = [*given, *([goal] if goal is not None else [])]
    level = max(reach) - min(reach) <= LEVEL * max(1.0, max(map(abs, reach)))
    lowest, highest = (min(reach) - 1, max(reach) + 1) if level else (min(reach), max(reach))
    across = Scale(0, max(len(points) - 1, 1), SPARK_EDGE, SPARK_WIDTH - SPARK_EDGE)
    up = Scale(lowest, highest, SPARK_HEIGHT - SPARK_EDGE, SPARK_EDGE)
    svg = DRAWN.get_template("sparkline.svg").render(
        width=SPARK_WIDTH,
        height=SPARK_HEIGHT,
        runs=_runs(points, across, up),
        goal=up.at(goal) if goal is not None else None,
        marks=[
            (across.at(place), up.at(point.value), point.variation if point.is_signal else "")
            for place, point in enumerate(points)
            if point.value is not None and (point.is_signal or place == len(points) - 1)
        ],
    )
    return Chart(svg, spark_words(line, points))


def process_chart(line: Line) -> Chart | None:
    """The months of an indicator against their usual range. None where fewer than two have a figure."""
    points = [point for point in line.points if point.value is not None]
    if line.is_divided or len(points) < FEWEST_POINTS:
        return None
    goal = line.goal.value if line.goal and line.goal.upper is None else None
    reach = [
        *(point.value for point in points if point.value is not None),
        *(line.usual(x) for p in points for x in (p.lower, p.upper) if x is not None),
        *([goal] if goal is not None else []),
    ]
    rungs = _rungs(line, min(reach), max(reach))
    across = Scale(0, max(len(line.points) - 1, 1), LEFT, WIDTH - RIGHT)
    up = Scale(rungs[0], rungs[-1], HEIGHT - BOTTOM, TOP + METHOD)
    svg = DRAWN.get_template("process_chart.svg").render(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=HEIGHT - BOTTOM,
        rungs=[(up.at(rung), _rung_words(rung, line.unit)) for rung in rungs],
        months=[
            (across.at(place), f"{point.month:%b}", f"{point.month:%Y}")
            for place, point in enumerate(line.points)
            if (len(line.points) - 1 - place) % _every(len(line.points)) == 0
        ],
        runs=_runs(line.points, across, up),
        dots=[
            (across.at(place), up.at(point.value), point.variation or "common_cause")
            for place, point in enumerate(line.points)
            if point.value is not None
        ],
        levels=_levels(line, across, up),
        method=f"Signals: {line.last.judged_by}" if line.last and line.last.judged_by else "",
        goal=up.at(goal) if goal is not None else None,
        labels=_apart(_labels(line, goal, up)),
    )
    return Chart(svg, chart_words(line))


def _rungs(line: Line, lowest: float, highest: float) -> list[float]:
    rungs = ticks(lowest, highest, least=1 if line.unit == "count" else 0)
    if line.unit == "percent" and lowest >= 0 and highest <= 100:
        rungs = [rung for rung in rungs if 0 <= rung <= 100]
    return rungs


def _rung_words(value: float, unit: str) -> str:
    if unit == "gbp":
        return f"{'-' if value < 0 else ''}£{abs(value):,.0f}"
    return f"{value:,g}{'%' if unit == 'percent' else ''}"


def _every(months: int) -> int:
    return 1 if months <= 13 else 3


def _runs(points: Sequence[Point], across: Scale, up: Scale) -> list[str]:
    """Lines through neighbouring months. A month without a figure leaves a gap: it is never drawn as zero."""
    runs: list[list[str]] = [[]]
    for place, point in enumerate(points):
        if point.value is None:
            runs.append([])
        else:
            runs[-1].append(f"{across.at(place)},{up.at(point.value)}")
    return [" ".join(run) for run in runs if len(run) > 1]


def _levels(line: Line, across: Scale, up: Scale) -> list[tuple[str, bool]]:
    """What is expected and each limit, month by month, broken where a phase ends; and whether it is a limit.

    Limits stand at one height where only the months before decide them, and move where cases do or where
    each month is judged by the one before.
    """
    found = []
    for name in ("expected", "lower", "upper"):
        stretches: list[list[str]] = []
        phase = None
        for place, point in enumerate(line.points):
            value = getattr(point, name)
            if value is None:
                phase = None
                continue
            if phase is None or phase != point.phase_start:
                stretches.append([])
            phase = point.phase_start
            height = up.at(value if name == "expected" else line.usual(value))
            stretches[-1].append(f"{across.at(place)} {height}")
        found += [("M" + "L".join(s), name != "expected") for s in stretches if len(s) > 1]
    return found


def _labels(line: Line, goal: float | None, up: Scale) -> list[tuple[float, str]]:
    """What each level line is, at its right end."""
    limited = next((point for point in reversed(line.points) if point.expected is not None), None)
    found = []
    if limited and limited.expected is not None and limited.lower is not None and limited.upper is not None:
        upper, lower = line.usual(limited.upper), line.usual(limited.lower)
        found = [
            (up.at(upper), f"upper {format_value(upper, line.unit)}"),
            (up.at(limited.expected), f"expected {format_value(limited.expected, line.unit)}"),
            (up.at(lower), f"lower {format_value(lower, line.unit)}"),
        ]
    if goal is not None:
        found.append((up.at(goal), f"target {format_value(goal, line.unit)}"))
    return found


def _apart(labels: list[tuple[float, str]], gap: float = 16) -> list[tuple[float, str]]:
    """Labels moved down, and then up from the foot, until none lies on another."""
    placed: list[tuple[float, str]] = []
    for height, text in sorted(labels):
        placed.append((max(height, placed[-1][0] + gap) if placed else height, text))
    foot = HEIGHT - BOTTOM + 4.0
    raised: list[tuple[float, str]] = []
    for height, text in reversed(placed):
        foot = min(height, foot)
        raised.append((foot, text))
        foot -= gap
    return raised


FUNNEL_HEIGHT, FUNNEL_STEPS, NAMED = 300, 60, 8


def funnel(one: Compared) -> Chart | None:
    """Places by their size against the limits of chance. None of what has no funnel, or of a single place.

    Where there are many places, only those outside the funnel are named.
    """
    places = [place for place in one.given if place.denominator and place.value is not None]
    if one.pooled is None or len(places) < FEWEST_POINTS:
        return None
    largest = max(place.denominator or 0 for place in places)
    widths = ticks(0, largest * 1.05, least=1)
    across = Scale(0, widths[-1], LEFT, WIDTH - RIGHT)
    sizes = [widths[-1] * (step / FUNNEL_STEPS) ** 2 for step in range(1, FUNNEL_STEPS + 1)]
    smallest = min(place.denominator or 0 for place in places)
    reach = [*(place.value for place in places if place.value is not None), *one.limits(smallest, ALARM)]
    rungs = _rungs(one.line, min(reach), max(reach))
    up = Scale(rungs[0], rungs[-1], FUNNEL_HEIGHT - BOTTOM, TOP)
    standings = {place.la_code: one.standing(place) for place in places}
    dots = [
        (across.at(place.denominator or 0), up.at(place.value or 0), standings[place.la_code], place.la_name)
        for place in places
    ]
    curves = [
        (
            " ".join(
                f"{across.at(size)},{up.at(one.limits(size, times)[side])}"
                for size in sizes
                if rungs[0] <= one.limits(size, times)[side] <= rungs[-1]
            ),
            dashes,
        )
        for times, dashes in ((WARNING, "7 5"), (ALARM, "1.5 4"))
        for side in (0, 1)
    ]
    svg = DRAWN.get_template("funnel.svg").render(
        width=WIDTH,
        height=FUNNEL_HEIGHT,
        left=LEFT,
        right=WIDTH - RIGHT,
        bottom=FUNNEL_HEIGHT - BOTTOM,
        rungs=[(up.at(rung), _rung_words(rung, one.line.unit)) for rung in rungs],
        steps=[(across.at(width), f"{width:,g}") for width in widths],
        curves=[curve for curve in curves if curve[0]],
        mean=up.at(min(max(one.scale * one.pooled, rungs[0]), rungs[-1])),
        mean_words=f"all {format_value(one.scale * one.pooled, one.line.unit)}",
        dots=[dot[:3] for dot in dots],
        names=[
            (
                x + (10 if x < WIDTH / 2 else -10),
                y - 8 if y > 2 * TOP else y + 20,
                name,
                "start" if x < WIDTH / 2 else "end",
            )
            for x, y, standing, name in dots
            if standing != "inside" or len(places) <= NAMED
        ],
    )
    return Chart(svg, funnel_words(one))
