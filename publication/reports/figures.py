"""The rows of a report, read from a release. Every sentence, table and chart is made of these."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import duckdb

from ingest.warehouse import months

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

# One row an indicator; its figures, comparisons, months and parts as lists of structs.
LINES = """
with lines as (
    select
        indicator_id, title, area, unit, polarity, can_be_negative, display_order,
        headline_basis as period_basis
    from dim_indicator
),
figures as (
    select *, breakdown_type = 'all' as is_total from fct_indicator_values
    where la_code = $authority and period_end <= $month
        and period_end > last_day($month::date - interval 36 month)  -- as far back as signals are looked for
),
now as (
    select
        indicator_id, period_basis, value, value_status, numerator, denominator
    from figures where is_total and period_end = $month
),
years_to_date as (
    select indicator_id, value, value_status from now where period_basis = 'year_to_date'
),
beside as (
    select
        indicator_id, period_basis,
        list({
            comparator: comparator, value: comparator_value, upper: comparator_upper,
            period_end: comparator_period_end, difference: difference, judgement: judgement, words: words
        } order by comparator) as beside
    from fct_indicator_comparisons
    where la_code = $authority and period_end = $month
    group by all
),
points as (
    select
        figures.indicator_id, figures.period_basis,
        list({
            month: figures.period_end, value: figures.value, value_status: figures.value_status,
            is_revised: coalesce(revisions.is_revised, false),
            mean: spc.mean, moving_range: spc.mean_moving_range, lower: spc.lower_limit,
            upper: spc.upper_limit, variation: spc.variation
        } order by figures.period_end) as points
    from figures
    left join fct_indicator_spc as spc using (la_code, indicator_id, period_basis, period_end)
    left join fct_indicator_revisions as revisions
        using (la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value)
    where figures.is_total
    group by all
),
parts as (
    select
        indicator_id, period_basis,
        list({
            breakdown_type: breakdown_type, code: breakdown_value, value: value, value_status: value_status
        } order by breakdown_value not like 'up to%', breakdown_value) as parts
    from figures where not is_total and period_end = $month
    group by all
)
select
    lines.* exclude (display_order), now.value, coalesce(now.value_status, 'not_submitted') as value_status,
    now.numerator, now.denominator,
    years_to_date.value as year_to_date, years_to_date.value_status as year_to_date_status,
    beside.beside, beside_to_date.beside as beside_to_date, points.points, parts.parts,
    commentary.commentary
from lines
left join now using (indicator_id, period_basis)
left join years_to_date using (indicator_id)
left join beside using (indicator_id, period_basis)
left join beside as beside_to_date
    on lines.indicator_id = beside_to_date.indicator_id and beside_to_date.period_basis = 'year_to_date'
left join points using (indicator_id, period_basis)
left join parts using (indicator_id, period_basis)
left join fct_commentary as commentary
    on lines.indicator_id = commentary.indicator_id
    and commentary.la_code = $authority and commentary.period_end = $month
order by lines.display_order
"""

# The newest word on each return that the month waits for and that did not come, or that could not be taken.
MISSING = """
select return_name, submission_status, reason
from fct_submissions
where la_code = $authority and reporting_month = strftime($month, '%Y-%m')
    and (is_required or submission_status = 'rejected')
qualify
    not bool_or(submission_status = 'accepted') over (partition by return_name)
    and row_number() over (partition by return_name order by version desc) = 1
order by return_name
"""

# What holds figures of the month back, each doubt with its figures; the one that holds most first.
HELD = """
select
    ground, return_name, arg_max(ground_sentence, measured) as ground_sentence,
    any_value(suggested_action) as suggested_action,
    list(distinct indicator_id || '|' || period_basis) as figures,
    count(distinct (indicator_id, period_basis, breakdown_value)) as figure_count,
    count(distinct (indicator_id, period_basis, breakdown_value)) filter (where is_earlier_figure_given)
        as earlier_figure_count
from fct_held_figures
where la_code = $authority and period_end = $month
group by ground, return_name, field_name, rule_id
order by figure_count desc, ground, return_name, field_name, rule_id
"""


class ReportError(Exception):
    """A report cannot be made; the message says why, and what can be done."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table as every edition shows it: its text, and where it is a figure the figure unrounded.

    `tone` says what a judgement is (green, worse, concern), for editions that have colours or shapes.
    """

    text: str
    number: float | None = None
    unit: str = ""
    tone: str = ""


def nearest(value: float, places: int) -> Decimal:
    """A figure rounded half away from zero, by way of nine decimals as the marts' own words are."""
    exact = Decimal(str(value)).quantize(Decimal("1e-9"), rounding=ROUND_HALF_UP)
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP) + 0  # and never a minus nought


def shown(value: float, unit: str) -> str:
    """A figure as a reader sees it, in the marts' own way: 81.3%, £1,234, 1,234, 51.6."""
    if unit == "percent":
        return f"{nearest(value, 1):,}%"
    if unit == "gbp":
        pounds = nearest(value, 0)
        return f"{'-' if pounds < 0 else ''}£{abs(pounds):,}"
    if unit == "count" and value == int(value):
        return f"{int(value):,}"
    return f"{nearest(value, 1):,}"


def month_words(day: date) -> str:
    """A month by its name, as March 2025."""
    return f"{day:%B %Y}"


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


@dataclass(frozen=True)
class Point:
    """One month of an indicator. `mean` and the limits are empty where there are too few months for them."""

    month: date
    value: float | None
    value_status: str
    is_revised: bool = False
    mean: float | None = None
    moving_range: float | None = None
    lower: float | None = None
    upper: float | None = None
    variation: str | None = None


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
        return Cell(shown(value, self.unit), value, self.unit)

    @property
    def figure(self) -> str:
        """What tells the figure from others of the report."""
        return f"{self.indicator_id}|{self.period_basis}"

    @property
    def goal(self) -> Beside | None:
        """The target or the agreed band that the figure is judged against."""
        return self.beside.get("target") or self.beside.get("limits")

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
        """What the process chart says of this month; nothing where there are too few months to say."""
        return self.last.variation if self.last else None

    @property
    def is_signal(self) -> bool:
        return self.variation not in (None, "common_cause")

    @property
    def is_missing(self) -> bool:
        return self.value_status == "not_submitted"

    @property
    def last_good(self) -> Point | None:
        """The newest figure of an earlier month, for where this month's is held back."""
        return next((point for point in reversed(self.points[:-1]) if point.value is not None), None)

    @property
    def is_divided(self) -> bool:
        """Whether only its parts say anything: shares of a whole, whose total is always 100%."""
        return bool(self.parts) and self.unit == "percent"

    def usual(self, limit: float) -> float:
        """A process limit as far as the figure can reach it: a share ends at 100, little is below nothing."""
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
class Report:
    """One authority and month: what is said in every edition, and which release says it."""

    la_code: str
    la_name: str
    region_name: str | None
    month: date
    edition: str
    release: int
    commit: str
    lines: tuple[Line, ...]
    missing: tuple[Missing, ...] = ()
    held: tuple[Held, ...] = ()
    stray_comments: tuple[str, ...] = ()  # indicators that comments were written for and that do not exist
    month_state: str = ""  # collecting, provisional, final or reopened; empty in a release from before states
    state_words: str = ""  # the same in a sentence, with who gave it

    @property
    def title(self) -> str:
        return f"Children's safeguarding performance: {self.la_name}, {month_words(self.month)}"

    @cached_property
    def areas(self) -> dict[str, list[Line]]:
        """The lines of each area, in the order of the catalogue."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.area, []).append(line)
        return found


class Edition(Protocol):
    """What a report can be made from: the exact marts, or the public pack."""

    def months(self) -> list[date]:
        """The months that can be reported, oldest first."""

    def authorities(self, month: date) -> dict[str, str]:
        """Name by code of each authority that has figures for the month."""

    def report(self, authority: str, month: date) -> Report:
        """All that a report says. Raises ReportError."""


def rows_of(db: duckdb.DuckDBPyConnection, sql: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query, nested ones too, by column name."""
    return db.execute(sql, dict(given)).to_arrow_table().to_pylist()


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
        self.db = duckdb.connect(str(current / "marts.duckdb"), read_only=True)

    def months(self) -> list[date]:
        """Only the newest months are compared with anything, and only those can be reported."""
        return [
            row["period_end"]
            for row in rows_of(
                self.db, "select distinct period_end from fct_indicator_comparisons order by 1", {}
            )
        ]

    def authorities(self, month: date) -> dict[str, str]:
        found = rows_of(
            self.db,
            """
            select la_code, la_name from dim_authority
            semi join (from fct_indicator_values where period_end = $month) using (la_code)
            order by la_code
            """,
            {"month": month},
        )
        return {row["la_code"]: row["la_name"] for row in found}

    def states(self, month: date) -> dict[str, dict[str, Any]]:
        """The state of the month by authority; see fct_month_status. Empty from before months had states."""
        known = self._of_newer_release(
            "fct_month_status", "from fct_month_status where period_end = $month", {"month": month}
        )
        return {row["la_code"]: row for row in known}

    def _of_newer_release(self, table: str, sql: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Rows of a table that releases from before it do not have."""
        is_there = rows_of(
            self.db, "select 1 from duckdb_tables() where table_name = $table", {"table": table}
        )
        return rows_of(self.db, sql, given) if is_there else []

    def report(self, authority: str, month: date) -> Report:
        known = rows_of(
            self.db,
            "select la_name, region_name from dim_authority where la_code = $authority",
            {"authority": authority},
        )
        if not known or authority not in self.authorities(month):
            raise ReportError(
                f"the release has nothing for authority {authority} in {month:%Y-%m}; it has "
                f"{', '.join(self.authorities(month)) or 'no authority at all'}"
            )
        asked = {"authority": authority, "month": month}
        state = self.states(month).get(authority)
        held = [
            Held(**row | {"figures": frozenset(row["figures"])})
            for row in self._of_newer_release("fct_held_figures", HELD, asked)
        ]
        doubts = {figure: one.ground_sentence for one in reversed(held) for figure in one.figures}
        lines = [line_of(row) for row in rows_of(self.db, LINES, asked)]
        strays = rows_of(
            self.db,
            """
            select indicator_id from fct_commentary anti join dim_indicator using (indicator_id)
            where la_code = $authority and period_end = $month order by 1
            """,
            asked,
        )
        return Report(
            la_code=authority,
            la_name=known[0]["la_name"],
            region_name=known[0]["region_name"],
            month=month,
            edition="restricted",
            release=self.manifest["release"],
            commit=self.manifest["commit"],
            lines=tuple(replace(line, held_by=doubts.get(line.figure)) for line in lines),
            missing=tuple(Missing(**row) for row in rows_of(self.db, MISSING, asked)),
            held=tuple(held),
            stray_comments=tuple(row["indicator_id"] for row in strays),
            month_state=state["month_state"] if state else "",
            state_words=months.in_words(state) if state else "",
        )


def line_of(row: dict[str, Any]) -> Line:
    """A row of an edition's query as a line; what the edition does not hold may be absent."""
    lists = ("beside", "beside_to_date", "points", "parts")
    return Line(
        **{name: value for name, value in row.items() if name not in lists},
        beside={given["comparator"]: Beside(**given) for given in row.get("beside") or []},
        beside_to_date={given["comparator"]: Beside(**given) for given in row.get("beside_to_date") or []},
        points=tuple(Point(**point) for point in row.get("points") or []),
        parts=tuple(Part(**part) for part in row.get("parts") or []),
    )
