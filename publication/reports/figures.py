"""The rows of a report, read from a release. Every sentence, table and chart is made of these."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb

from ingest.warehouse import months
from publication.formatting import format_value, month_words
from publication.reports.kinds import ReportKind, catalogue
from publication.select import has, read_only, rows_of

NO_FIGURE = {
    "not_submitted": "not submitted",
    "withheld": "withheld",
    "no_cases": "no cases",
    "provisional": "no cases so far",
    "insufficient_history": "records too short",
    "no_population": "no population",
    "c": "c",
    "left_out": "left out",
    "low": "low",
    "x": "x",
    "z": "z",
    "u": "u",
}

LINE = (
    "indicator_id, title, area, unit, polarity, can_be_negative, period_basis, value, value_status, "
    "numerator, denominator, year_to_date_value as year_to_date, year_to_date_status, commentary"
)
POINT = (
    "indicator_id, period_basis, period_end as month, value, value_status, is_revised, judged_by, "
    "phase_start, expected, mean_moving_range as moving_range, lower_limit as lower, "
    "upper_limit as upper, variation"
)
BESIDE = (
    "indicator_id, period_basis, comparator, comparator_value as value, comparator_upper as upper, "
    "comparator_period_end as period_end, difference, month_count, judgement, words"
)
PART = "indicator_id, period_basis, breakdown_type, breakdown_value as code, value, value_status"
ACTION = "indicator_id, action, owner, due_date, done_date, action_state"
CHANGES = ("higher", "lower")  # what a signal may be
# as far back as signals are looked for
POINTS_SHOWN = "period_end <= $month and period_end > last_day($month::date - interval 36 month)"
DOUBT = ("ground", "return_name", "field_name", "rule_id")


FEW = 10  # `smallest_denominator` of the marts: of fewer a share says nothing by its change


class ReportError(Exception):
    """A report cannot be made; the message says why, and what can be done."""


LOCAL = "local:"  # before the name of a comparator that the council typed


@dataclass(frozen=True)
class Cell:
    """One cell of a table as every edition shows it: its text, and where it is a figure the figure unrounded.

    `tone` says what a judgement is (green, worse, higher), for editions that have colours or shapes. `svg` is
    a drawing, which the text describes, for those that have pictures.
    """

    text: str
    number: float | None = None
    unit: str = ""
    tone: str = ""
    svg: str = ""


@dataclass(frozen=True)
class Beside:
    """What a figure is set beside, and the release's own words for it; see fct_indicator_comparisons."""

    comparator: str
    value: float | None
    upper: float | None
    period_end: date | None
    difference: float | None
    judgement: str | None
    words: str
    month_count: int | None = None

    @property
    def chosen(self) -> str:
        """Whose figure it is, where the council chose it; nothing where it is DfE's."""
        return "own peers" if self.comparator == "own_peers_mean" else self.comparator.partition(LOCAL)[2]


@dataclass(frozen=True)
class Point:
    """One month of an indicator. What is expected and the limits are empty where there are too few months."""

    month: date
    value: float | None
    value_status: str
    is_revised: bool = False
    judged_by: str | None = None
    phase_start: date | None = None
    expected: float | None = None
    moving_range: float | None = None
    lower: float | None = None
    upper: float | None = None
    variation: str | None = None

    @property
    def is_signal(self) -> bool:
        return self.variation in CHANGES


@dataclass(frozen=True)
class Part:
    """One part of a figure that is broken down, as a team or a reason."""

    breakdown_type: str
    code: str
    value: float | None
    value_status: str


@dataclass(frozen=True)
class Line:
    """One indicator of a report: its figure of the month, and everything it is set beside."""

    indicator_id: str
    title: str
    area: str
    unit: str
    polarity: str
    can_be_negative: bool
    period_basis: str
    value: float | None
    value_status: str
    numerator: float | None = None
    denominator: float | None = None
    year_to_date: float | None = None
    year_to_date_status: str | None = None
    beside: Mapping[str, Beside] = field(default_factory=dict)
    beside_to_date: Mapping[str, Beside] = field(default_factory=dict)
    points: tuple[Point, ...] = ()
    parts: tuple[Part, ...] = ()
    commentary: str | None = None
    held_by: str | None = None  # the doubt that holds the figure, in words

    def cell(self, value: float | None, status: str | None = None) -> Cell:
        """A figure of this indicator as a cell; the reason where there is none; a dash where none is owed."""
        if value is None:
            return Cell(NO_FIGURE.get(status or "", "-"))
        return Cell(format_value(value, self.unit), value, self.unit)

    @property
    def figure(self) -> str:
        """What tells the figure from others of the report."""
        return f"{self.indicator_id}|{self.period_basis}"

    @property
    def goal(self) -> Beside | None:
        """The target or the agreed band that the figure is judged against."""
        return self.beside.get("target") or self.beside.get("limits")

    @property
    def local(self) -> Mapping[str, Beside]:
        """The figures that the council typed to be set beside, by whose they are, in order of name."""
        return {
            who.removeprefix(LOCAL): beside
            for who, beside in sorted(self.beside.items())
            if who.startswith(LOCAL)
        }

    def place(self, comparator: str) -> Beside | None:
        """England, the region or the neighbours; where there are none, what the council chose in their place.

        For England that is the first typed figure, for the neighbours the mean of its own peers.
        """
        if comparator in self.beside:
            return self.beside[comparator]
        if comparator == "england":
            return next(iter(self.local.values()), None)
        return self.beside.get("own_peers_mean") if comparator == "neighbours_mean" else None

    @property
    def change(self) -> Beside | None:
        """The change since the month before, where the two may be compared."""
        change = self.beside.get("previous_month")
        return change if change and change.judgement != "not_comparable" else None

    @property
    def last(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def variation(self) -> str | None:
        """What the process chart says of this month: a change, no signal, too few months or not judged."""
        return self.last.variation if self.last else None

    @property
    def is_signal(self) -> bool:
        return self.variation in CHANGES

    @property
    def is_told(self) -> bool:
        """Whether there is a figure, or one that is held back for a reason; else there is none to tell."""
        return self.value is not None or self.value_status == "withheld"

    @property
    def is_few(self) -> bool:
        """Whether it is a share of so few cases that they are told in place of a percentage."""
        return self.unit == "percent" and self.denominator is not None and self.denominator < FEW

    @property
    def last_good(self) -> Point | None:
        """The newest figure of an earlier month, for where this month's is held back."""
        return next((point for point in reversed(self.points[:-1]) if point.value is not None), None)

    @property
    def is_divided(self) -> bool:
        """Whether only its parts say anything: shares of a whole, whose total is always 100%."""
        return bool(self.parts) and self.unit == "percent"

    def usual(self, limit: float) -> float:
        """A limit as far as the figure can reach it: a share ends at 100, little is below nothing."""
        if self.can_be_negative:
            return limit
        return min(100.0, max(0.0, limit)) if self.unit == "percent" else max(0.0, limit)


@dataclass(frozen=True)
class Missing:
    """A return that was owed for the month and cannot be used."""

    return_name: str
    submission_status: str
    reason: str | None


@dataclass(frozen=True)
class Held:
    """A doubt that holds figures of the month, and what would free them. See fct_held_figures."""

    ground: str
    return_name: str
    ground_sentence: str
    suggested_action: str
    figures: frozenset[str]  # indicator and basis, as Line.figure has them
    figure_count: int
    earlier_figure_count: int  # of them, those for which the figure of an earlier sound return stands


@dataclass(frozen=True)
class Theme:
    """A section of a report: its title and its figures in order."""

    title: str
    lines: tuple[Line, ...]
    absent: tuple[str, ...] = ()  # titles of figures asked for that the edition does not have

    @property
    def told(self) -> list[Line]:
        """Those that have a figure, or whose figure is held back."""
        return [line for line in self.lines if line.is_told]

    @property
    def untold(self) -> list[Line]:
        return [line for line in self.lines if not line.is_told]


@dataclass(frozen=True)
class Told:
    """A headline: of which figure, and what its comparisons say gravest. See rpt_headlines."""

    line: Line
    headline_kind: str
    consequence: str


@dataclass(frozen=True)
class Action:
    """What is to be done about a figure, as it stands at the month's end. See rpt_actions."""

    indicator_id: str
    action: str
    owner: str | None
    due_date: date | None
    done_date: date | None
    action_state: str

    @property
    def title(self) -> str:
        """The figure that it is about."""
        known = catalogue().get(self.indicator_id)
        return known.title if known else self.indicator_id


@dataclass(frozen=True)
class Report:
    """One authority and month: what is said in every edition, and which release says it."""

    la_code: str
    la_name: str
    region_name: str | None
    month: date
    edition: str
    release: int
    commit: str
    kind: ReportKind
    themes: tuple[Theme, ...]
    headlines: tuple[Told, ...] = ()
    actions: tuple[Action, ...] = ()
    missing: tuple[Missing, ...] = ()
    held: tuple[Held, ...] = ()
    stray_comments: tuple[str, ...] = ()  # indicators that comments were written for and that do not exist
    month_state: str = ""  # collecting, provisional, final, reopened or history
    state_words: str = ""  # the same in a sentence, with who gave it

    @property
    def title(self) -> str:
        return f"{self.kind.title}: {self.la_name}, {month_words(self.month)}"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every figure, in order."""
        return tuple(line for theme in self.themes for line in theme.lines)


class Edition(Protocol):
    """What a report can be made from: the exact marts, or the public pack."""

    def months(self) -> list[date]:
        """The months that can be reported, oldest first."""

    def authorities(self, month: date) -> dict[str, str]:
        """Name by code of each authority that has figures for the month."""

    def report(self, authority: str, month: date, kind: ReportKind) -> Report:
        """All that a report of this kind says. Raises ReportError."""


def manifest_of(current: Path) -> dict[str, Any]:
    """What a release says of itself, from its folder. Raises ReportError where there is none."""
    file = current / "manifest.json"
    if not file.exists():
        raise ReportError(f"there is no release in {current.parent}; run `line-of-sight refresh`")
    said: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return said


class RestrictedEdition:
    """Exact figures, from the marts of the current release, opened read-only."""

    def __init__(self, release: Path) -> None:
        current = (release / "current").resolve()  # one release throughout, though another be published
        self.manifest = manifest_of(current)
        self.db = read_only(current / "marts.duckdb")
        if not has(self.db, "rpt_actions"):  # the newest of what is read
            raise ReportError("this release was made by an earlier version; run `line-of-sight refresh`")

    def months(self) -> list[date]:
        """Only the newest months are compared with anything, and only those can be reported."""
        found = rows_of(self.db, "fct_indicator_comparisons", "distinct period_end", order="period_end")
        return [row["period_end"] for row in found]

    def authorities(self, month: date) -> dict[str, str]:
        of_month = (
            "dim_authority semi join (from fct_indicator_values where period_end = $month) using (la_code)"
        )
        found = rows_of(self.db, of_month, "la_code, la_name", given={"month": month}, order="la_code")
        return {row["la_code"]: row["la_name"] for row in found}

    def states(self, month: date) -> dict[str, dict[str, Any]]:
        """The state of the month by authority; see fct_month_status."""
        return {row["la_code"]: row for row in rows_of(self.db, "fct_month_status", period_end=month)}

    def report(self, authority: str, month: date, kind: ReportKind) -> Report:
        known = rows_of(self.db, "dim_authority", "la_name, region_name", la_code=authority)
        if not known or authority not in self.authorities(month):
            raise ReportError(
                f"the release has nothing for authority {authority} in {month:%Y-%m}; it has "
                f"{', '.join(self.authorities(month)) or 'no authority at all'}"
            )
        state = self.states(month).get(authority)
        held = self._held(authority, month)
        chosen = rows_of(
            self.db, "rpt_headlines", "indicator_id, period_basis, headline_kind, consequence",
            la_code=authority, period_end=month, order="place",
        )  # fmt: skip
        asked = {figure for section in kind.sections for figure in section.figures}
        if kind.headlines_from == "report":
            own = {name for name, _ in asked}
            chosen = [row for row in chosen if row["indicator_id"] in own]
        chosen = chosen[: kind.most_headlines]
        lines = self._lines(
            authority, month, asked | {(r["indicator_id"], r["period_basis"]) for r in chosen}
        )
        doubts = {figure: one.ground_sentence for one in reversed(held) for figure in one.figures}
        lines = {figure: replace(line, held_by=doubts.get(line.figure)) for figure, line in lines.items()}
        missing = rows_of(
            self.db, "rpt_returns", "return_name, submission_status, reason", la_code=authority,
            reporting_month=f"{month:%Y-%m}", is_accepted=False, order="return_name",
            where="(is_required or submission_status = 'rejected')",
        )  # fmt: skip
        strays = rows_of(
            self.db, "fct_commentary anti join dim_indicator using (indicator_id)", "indicator_id",
            la_code=authority, period_end=month, order="indicator_id",
        )  # fmt: skip
        return Report(
            la_code=authority,
            la_name=known[0]["la_name"],
            region_name=known[0]["region_name"],
            month=month,
            edition="restricted",
            release=self.manifest["release"],
            commit=self.manifest["commit"],
            kind=kind,
            themes=themes_of(kind, lines),
            headlines=tuple(
                Told(lines[row.pop("indicator_id"), row.pop("period_basis")], **row) for row in chosen
            ),
            actions=actions_of(self.db, authority, month),
            missing=tuple(Missing(**row) for row in missing),
            held=tuple(held),
            stray_comments=tuple(row["indicator_id"] for row in strays),
            month_state=state["month_state"] if state else "",
            state_words=months.in_words(state) if state else "",
        )

    def _lines(
        self, authority: str, month: date, figures: set[tuple[str, str]]
    ) -> dict[tuple[str, str], Line]:
        """The lines of those figures that the month has, by indicator and basis."""
        asked: dict[str, Any] = {"la_code": authority, "period_end": month}
        beside = by_figure(rows_of(self.db, "fct_indicator_comparisons", BESIDE, **asked, order="comparator"))
        parts = by_figure(
            rows_of(
                self.db,
                "fct_indicator_values",
                PART,
                **asked,
                where="breakdown_type <> 'all'",
                order="breakdown_value not like 'up to%', breakdown_value",
            )  # fmt: skip
        )
        points = by_figure(
            rows_of(
                self.db, "rpt_report_points", POINT, la_code=authority,
                where=f"{POINTS_SHOWN} and list_contains($figures, indicator_id || '|' || period_basis)",
                given={"month": month, "figures": [f"{name}|{basis}" for name, basis in figures]},
                order="period_end",
            )
        )  # fmt: skip
        rows = {
            (row["indicator_id"], row["period_basis"]): row
            for row in rows_of(self.db, "rpt_report_lines", LINE, **asked)
        }
        return {
            figure: line_of(
                rows[figure],
                beside=beside[figure],
                beside_to_date=beside[figure[0], "year_to_date"],
                points=[Point(**point) for point in points[figure]],
                parts=parts[figure],
            )
            for figure in figures & rows.keys()
        }

    def _held(self, authority: str, month: date) -> list[Held]:
        asked: dict[str, Any] = {"la_code": authority, "period_end": month}
        figures: dict[tuple[str, ...], set[str]] = defaultdict(set)
        named = f"distinct {', '.join(DOUBT)}, indicator_id, period_basis"
        for row in rows_of(self.db, "fct_held_figures", named, **asked):
            doubt = tuple(row[name] for name in DOUBT)
            figures[doubt].add(f"{row['indicator_id']}|{row['period_basis']}")
        found = rows_of(
            self.db, "rpt_held_by_month", **asked,
            order="figure_count desc, ground, return_name, field_name, rule_id",
        )  # fmt: skip
        return [
            Held(
                ground=row["ground"],
                return_name=row["return_name"],
                ground_sentence=row["ground_sentence"],
                suggested_action=row["suggested_action"],
                figures=frozenset(figures[tuple(row[name] for name in DOUBT)]),
                figure_count=row["figure_count"],
                earlier_figure_count=row["earlier_figure_count"],
            )
            for row in found
        ]


def themes_of(kind: ReportKind, lines: Mapping[tuple[str, str], Line]) -> tuple[Theme, ...]:
    """The sections of a report, of the lines that there are."""
    return tuple(
        Theme(
            section.heading,
            tuple(lines[figure] for figure in section.figures if figure in lines),
            tuple(catalogue()[figure[0]].title for figure in section.figures if figure not in lines),
        )
        for section in kind.sections
    )


def actions_of(
    db: duckdb.DuckDBPyConnection, authority: str, month: date, schema: str = "", **asked: Any
) -> tuple[Action, ...]:
    """The actions that stand in the report of a month, those due first before the others."""
    found = rows_of(
        db, f"{schema}rpt_actions", ACTION, la_code=authority, period_end=month, **asked,
        order="due_date nulls last, indicator_id, action",
    )  # fmt: skip
    return tuple(Action(**row) for row in found)


def public_comments(
    db: duckdb.DuckDBPyConnection, authority: str, month: date, schema: str
) -> dict[str, str]:
    """What the analyst says of a month that is marked as public, by indicator."""
    found = rows_of(
        db, f"{schema}fct_commentary", "indicator_id, commentary",
        la_code=authority, period_end=month, is_public=True,
    )  # fmt: skip
    return {row["indicator_id"]: row["commentary"] for row in found}


def by_figure(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Rows by the indicator and basis that they are of, without those two; nothing where there are none."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.pop("indicator_id"), row.pop("period_basis")].append(row)
    return found


def line_of(
    row: Mapping[str, Any],
    beside: Iterable[Mapping[str, Any]] = (),
    beside_to_date: Iterable[Mapping[str, Any]] = (),
    points: Iterable[Point] = (),
    parts: Iterable[Mapping[str, Any]] = (),
) -> Line:
    """A row of an edition as a line, with what stands beside it."""
    return Line(
        **row,
        beside={given["comparator"]: Beside(**given) for given in beside},
        beside_to_date={given["comparator"]: Beside(**given) for given in beside_to_date},
        points=tuple(points),
        parts=tuple(Part(**part) for part in parts),
    )
