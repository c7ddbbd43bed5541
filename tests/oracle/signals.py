"""What a process chart says of a series, by another hand: loops over one series, from the definition alone.

docs/decisions/0023-signals.md is the definition. A point is (month number, figure, numerator, denominator).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import asin, exp, log, pi, sin, sqrt
from statistics import fmean, median, stdev

Point = tuple[int, float, float | None, float | None]
YEAR = 12
TINY = 5e-10  # figures are compared to 9 places


@dataclass(frozen=True)
class Said:
    """What is said of one month."""

    variation: str
    expected: float | None = None
    lower: float | None = None
    upper: float | None = None
    missing: int | None = None


class Scale:
    """Where a figure stands on the scale of its kind, and back."""

    def __init__(self, method: str) -> None:
        self.method = method
        self.is_share = method in ("share", "share_change")
        self.is_change = method in ("change", "share_change")

    def to(self, point: Point) -> float | None:
        _, value, part, whole = point
        if self.is_share:
            if part is None or not whole or not 0 <= part <= whole:
                return None
            return asin(sqrt((part + 3 / 8) / (whole + 3 / 4)))
        if self.method == "days":
            return log(value + 1) if whole else None
        return sqrt(value + 3 / 8) if self.method == "count" else value

    def weight(self, point: Point) -> float:
        whole = point[3] or 0
        if self.is_share:
            return 2 * sqrt(whole + 1 / 2)
        return {"count": 2.0, "days": sqrt(whole)}.get(self.method, 1.0)

    def back(self, y: float, point: Point) -> float:
        if self.is_share:
            whole = point[3] or 0
            inside = min(max(y, 0.0), pi / 2)
            part = sin(inside) ** 2 * (whole + 3 / 4) - 3 / 8
            return 100 * min(max(part / whole, 0.0), 1.0)
        if self.method == "count":
            return max(max(y, 0.0) ** 2 - 3 / 8, 0.0)
        return max(exp(y) - 1, 0.0) if self.method == "days" else y


def chart(points: Sequence[Point], method: str, unit: str, fewest: int = 12) -> list[Said]:
    """What is said of each month of one phase."""
    if method == "none":
        return [Said("not_judged")] * len(points)
    scale = Scale(method)
    on_scale = [scale.to(point) for point in points]
    before = [
        (on_scale[place - 1] if scale.is_change and place and points[place - 1][0] == point[0] - 1 else None)
        for place, point in enumerate(points)
    ]
    old = range(max(len(points) - YEAR, 0))
    steps = [
        scale.weight(point) * (y - earlier) if y is not None and earlier is not None else None
        for point, y, earlier in zip(points, on_scale, before, strict=True)
    ]
    usable = [place for place in old if (steps if scale.is_change else on_scale)[place] is not None]
    behind = len(usable) + (1 if scale.is_change and len(old) else 0)
    if behind < fewest:
        missing = fewest - behind + max(YEAR - len(points), 0)
        return [
            Said("not_judged") if y is None else Said("too_few_months", missing=missing) for y in on_scale
        ]

    if scale.is_change:
        step = fmean(s for place in usable if (s := steps[place]) is not None)
        hoped = [
            earlier + step / scale.weight(point) if earlier is not None else None
            for point, earlier in zip(points, before, strict=True)
        ]
    else:
        hoped = [_centre([points[place] for place in usable], scale)] * len(points)
    z = [
        scale.weight(point) * (y - middle) if y is not None and middle is not None else None
        for point, y, middle in zip(points, on_scale, hoped, strict=True)
    ]
    sigma = _sigma([points[place] for place in old], [z[place] for place in old], method, unit)
    k = 3.5 + 18 / behind
    middle_figure = median(points[place][1] for place in old)

    said: list[Said] = []
    close: list[int] = []
    running, running_side = 0, 0
    for place, point in enumerate(points):
        distance = (z[place] or 0.0) / sigma
        close.append(_side(distance * sigma, 0.8 * k * sigma))
        side = 0 if scale.is_change else _side(point[1] - middle_figure, 0)
        running, running_side = (running + 1 if side == running_side else 1), side
        far = _side(distance * sigma, k * sigma)
        twice = close[-1] if close[-1] and close[-1] in close[-3:-1] else 0
        long = side if running >= YEAR else 0
        signal = far or twice or long
        if on_scale[place] is None or place in old or z[place] is None:
            variation = "not_judged"
        else:
            variation = {0: "common_cause", 1: "higher", -1: "lower"}[signal]
        one = Said(variation)
        y = hoped[place]
        if y is not None and on_scale[place] is not None:
            reach = k * sigma / scale.weight(point)
            expected = 100 * sin(y) ** 2 if method == "share" else scale.back(y, point)
            one = replace(
                one,
                expected=expected,
                lower=scale.back(y - reach, point),
                upper=scale.back(y + reach, point),
            )
        said.append(one)
    return said


def _side(distance: float, than: float) -> int:
    if abs(distance) - than <= TINY:
        return 0
    return 1 if distance > 0 else -1


def _centre(points: Sequence[Point], scale: Scale) -> float:
    """What a month is expected to be, on the scale: the figure of all months together."""
    if scale.method == "share":
        return asin(sqrt(sum(p[2] or 0 for p in points) / sum(p[3] or 0 for p in points)))
    if scale.method == "days":
        return sum((p[3] or 0) * log(p[1] + 1) for p in points) / sum(p[3] or 0 for p in points)
    mean = fmean(p[1] for p in points)
    return sqrt(mean + 3 / 8) if scale.method == "count" else mean


def _sigma(points: Sequence[Point], z: Sequence[float | None], method: str, unit: str) -> float:
    ranges = [abs(b - a) for a, b in zip(z, z[1:], strict=False) if a is not None and b is not None]
    moving = fmean(ranges) / 1.128 if ranges else 0.0
    if method in ("count", "share"):
        return max(moving, 1.0)
    held = [one for one in z if one is not None]
    about_centre = sqrt(sum(one * one for one in held) / (len(held) - 1)) if method == "days" else stdev(held)
    if method == "share_change":
        floor = 0.5
    elif method == "days":
        floor = 0.1
    else:
        floor = 0.8 * fmean(
            p[1] / p[2] if unit in ("per_10k", "ratio") and p[2] and p[2] > 0 else 1.0 for p in points
        )
    return max(moving, about_centre, floor)
