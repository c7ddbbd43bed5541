"""The regional edition: the authorities of a release side by side, ranked, each against a funnel."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.warehouse.months import STATES
from publication.formatting import format_value, month_words
from publication.reports.figures import Cell, Line, ReportError, RestrictedEdition
from publication.reports.tables import Table
from publication.select import rows_of

# of a place that differs from the rest by chance alone, 1 in 20 and 1 in 500 lie outside
WARNING, ALARM = 1.96, 3.09
RANKED = ("Rank", "Authority", "Figure", "Counted", "Out of", "Against the funnel")


@dataclass(frozen=True)
class Place:
    """One authority's figure of an indicator, and where it stands among the others."""

    la_code: str
    la_name: str
    value: float | None
    value_status: str
    numerator: float | None
    denominator: float | None
    place: int | None


@dataclass(frozen=True)
class Compared:
    """One indicator of all the places. `pooled` is the share or rate of one of all together, unscaled."""

    line: Line
    scale: int
    pooled: float | None
    places: tuple[Place, ...]

    @property
    def given(self) -> list[Place]:
        return [place for place in self.places if place.value is not None]

    def limits(self, denominator: float, times: float) -> tuple[float, float]:
        """The funnel at a size of place, in the indicator's unit: what chance alone would keep within."""
        assert self.pooled is not None
        spread = self.pooled * (1 - self.pooled) if self.line.unit == "percent" else self.pooled
        reach = times * math.sqrt(max(spread, 0) / denominator)
        lower, upper = (self.scale * (self.pooled + way * reach) for way in (-1, 1))
        return self.line.usual(lower), self.line.usual(upper)

    def standing(self, place: Place) -> str:
        """Where a place stands against the funnel, in words."""
        if self.pooled is None or place.value is None or not place.denominator:
            return "-"
        for times, words in ((ALARM, "far "), (WARNING, "")):
            lower, upper = self.limits(place.denominator, times)
            if not lower <= place.value <= upper:
                return f"{words}{'above' if place.value > upper else 'below'}"
        return "inside"


@dataclass(frozen=True)
class Region:
    """The regional edition: every indicator of every authority of a region, or of the whole release."""

    name: str
    month: date
    release: int
    commit: str
    compared: tuple[Compared, ...]
    state_words: str = ""  # how far the month of each authority has come

    @property
    def title(self) -> str:
        return f"Children's safeguarding side by side: {self.name}, {month_words(self.month)}"

    @property
    def areas(self) -> dict[str, list[Compared]]:
        found: dict[str, list[Compared]] = {}
        for one in self.compared:
            found.setdefault(one.line.area, []).append(one)
        return found

    @property
    def authorities(self) -> dict[str, str]:
        """Name by code, by name."""
        places = {place.la_code: place.la_name for one in self.compared for place in one.places}
        return dict(sorted(places.items(), key=lambda known: known[1]))


def region_of(source: RestrictedEdition, name: str, month: date) -> Region:
    """Read the regional edition. Raises ReportError where the release has no authority of the region."""
    in_order = "display_order, place nulls last, la_name"
    rows = rows_of(source.db, "rpt_region", region=name, period_end=month, order=in_order)
    if not rows:
        regions = rows_of(
            source.db,
            "rpt_region",
            "distinct region",
            period_end=month,
            where="region <> 'all'",
            order="region",
        )
        known = ", ".join(row["region"] for row in regions) or "none by name"
        raise ReportError(f"the release has no authority in a region called {name}; it has {known}, or all")
    found: dict[str, list[dict]] = {}
    for row in rows:
        found.setdefault(row["indicator_id"], []).append(row)
    return Region(
        name="all authorities" if name == "all" else name,
        month=month,
        release=source.manifest["release"],
        commit=source.manifest["commit"],
        compared=tuple(_compared(of_indicator) for of_indicator in found.values()),
        state_words=_state_words(source, {row["la_code"]: row["la_name"] for row in rows}, month),
    )


def _state_words(source: RestrictedEdition, names: Mapping[str, str], month: date) -> str:
    """How many of the authorities have closed the month, and which have not."""
    states = {code: row["month_state"] for code, row in source.states(month).items() if code in names}
    if not states:
        return ""
    final = sum(state == "final" for state in states.values())
    others = [
        f"{STATES[state]}: {', '.join(sorted(names[code] for code in states if states[code] == state))}"
        for state in STATES
        if state != "final" and state in states.values()
    ]
    counted = f"{month_words(month)} is final for {final} of {len(states)} authorities"
    return "; ".join([counted, *others]) + "."


def _compared(rows: Sequence[dict]) -> Compared:
    first = rows[0]
    about = ("indicator_id", "title", "area", "unit", "polarity", "can_be_negative", "period_basis")
    told = ("la_code", "la_name", "value", "value_status", "numerator", "denominator", "place")
    return Compared(
        line=Line(**{name: first[name] for name in about}, value=None, value_status=""),
        scale=first["scale"],
        pooled=first["pooled"],
        places=tuple(Place(**{name: row[name] for name in told}) for row in rows),
    )


def side_by_side(region: Region, area: str, compared: Sequence[Compared]) -> Table:
    """An area: a row an authority, a column an indicator."""
    cells = {
        (place.la_code, one.line.indicator_id): one.line.cell(place.value, place.value_status)
        for one in compared
        for place in one.places
    }
    return Table(
        f"{area}, {month_words(region.month)}: authorities side by side",
        ("Authority", *(one.line.title for one in compared)),
        tuple(
            (Cell(name), *(cells.get((code, one.line.indicator_id), Cell("-")) for one in compared))
            for code, name in region.authorities.items()
        ),
    )


def ranked(one: Compared) -> Table | None:
    """An indicator: a row an authority, the best or the highest first. None where places cannot be ranked."""
    if not any(place.place for place in one.places):
        return None
    first = "highest first" if one.line.polarity in ("neutral", "band") else "best first"
    return Table(
        f"{one.line.title}, {first}",
        RANKED,
        tuple(
            (
                Cell(str(place.place or "-")),
                Cell(place.la_name),
                one.line.cell(place.value, place.value_status),
                _counted(place.numerator),
                _counted(place.denominator),
                Cell(one.standing(place), tone=_tone(one.standing(place))),
            )
            for place in one.places
        ),
    )


def _counted(count: float | None) -> Cell:
    return Cell("-") if count is None else Cell(format_value(count, "count"), count, "count")


def _tone(standing: str) -> str:
    return {"above": "higher", "far above": "higher", "below": "lower", "far below": "lower"}.get(
        standing, ""
    )


def funnel_words(one: Compared) -> str:
    """What a funnel plot shows, for whoever does not see it."""
    assert one.pooled is not None
    outside = [
        f"{place.la_name} is {one.standing(place)}" for place in one.given if one.standing(place) != "inside"
    ]
    return (
        f"Funnel plot of {one.line.title} for {len(one.given)} authorities, by what it is out of. "
        f"All together {format_value(one.scale * one.pooled, one.line.unit)}. "
        + ("; ".join(outside) + "." if outside else "Every authority is inside the funnel.")
    )
