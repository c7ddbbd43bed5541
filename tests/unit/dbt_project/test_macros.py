"""The rounding, the directions and the colours of the SQL, against the same rules written again in Python."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import jinja2
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.paths import DBT_PROJECT

VARS = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
MACROS = jinja2.Environment().from_string(
    "\n".join(
        (DBT_PROJECT / "macros" / f"{name}.sql").read_text("utf-8")
        for name in ("wording", "judging", "engine/dispatched")
    ),
    globals={"var": VARS.__getitem__},
)
UNITS = ("count", "percent", "per_10k", "days", "ratio", "fte", "gbp")
POLARITIES = ("higher", "lower", "neutral", "band")

shares = st.builds(lambda part, whole: 100 * part / whole, st.integers(0, 3000), st.integers(1, 3000))
tenths = st.integers(-(10**7), 10**7).map(
    lambda number: number / 20
)  # every half of a place, and what is near it
numbers = st.one_of(shares, tenths, st.integers(-(10**9), 10**9).map(float))


class DuckDB:
    """dbt's adapter, as far as a macro asks it which engine it is written for."""

    @staticmethod
    def dispatch(name: str, _: str) -> Any:
        return getattr(MACROS.make_module({"adapter": DuckDB}), f"duckdb__{name}")


def answer(expression: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    """What an expression of the SQL comes to for each row."""
    macros = MACROS.make_module({"adapter": DuckDB})
    sql = jinja2.Environment().from_string("{{ " + expression + " }}").render(vars(macros))
    marks = ", ".join("(" + ", ".join("?" for _ in columns) + f", {place})" for place, _ in enumerate(rows))
    given_rows = f"(values {marks}) as given_rows ({', '.join(columns)}, place)"
    with duckdb.connect() as db:
        found = db.execute(
            f"select {sql} from {given_rows} order by place", [cell for row in rows for cell in row]
        )
        return [cell for (cell,) in found.fetchall()]


def rounded(value: float, places: int) -> Decimal:
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def in_words(value: float, unit: str) -> str:
    """A figure in its unit, by another hand."""
    if unit == "count" and value == int(value):
        return f"{int(value):,}"
    if unit == "gbp":
        pounds = int(rounded(value, 0))
        return f"{'-' if pounds < 0 else ''}£{abs(pounds):,}"
    shown = str(rounded(value, 1) + 0)
    return shown + {"percent": "%", "per_10k": " per 10,000", "days": " days", "fte": " FTE"}.get(unit, "")


@given(st.lists(st.tuples(numbers, st.sampled_from(UNITS)), min_size=1, max_size=40))
@example(
    [
        (0.05, "percent"),
        (-0.05, "percent"),
        (0.25, "ratio"),
        (85.25, "percent"),
        (-0.04, "ratio"),
        (2.5, "gbp"),
    ]
)
@settings(max_examples=60)
def test_a_figure_is_rounded_once_half_away_from_zero(rows: list[tuple[float, str]]) -> None:
    said = answer("format_value('value', 'unit')", ["value", "unit"], rows)

    assert said == [in_words(value, unit) for value, unit in rows]


def way(difference: float, polarity: str) -> str:
    if difference == 0:
        return "level"
    if polarity in ("neutral", "band"):
        return "higher" if difference > 0 else "lower"
    return "better" if (difference > 0) == (polarity == "higher") else "worse"


@given(st.lists(st.tuples(numbers, numbers, st.sampled_from(POLARITIES)), min_size=1, max_size=40))
@example([(82.06, 82.04, "higher"), (82.1, 82.0, "higher"), (0.0, 0.0, "lower"), (0.05, 0.0, "lower")])
@settings(max_examples=60)
def test_a_direction_is_of_the_difference_as_shown(rows: list[tuple[float, float, str]]) -> None:
    differences = [(now - before, polarity) for now, before, polarity in rows]
    ways = answer(
        "direction(as_shown('difference', 'unit'), 'polarity')",
        ["difference", "polarity", "unit"],
        [(d, p, "percent") for d, p in differences],
    )

    assert ways == [way(float(rounded(d, 1)), p) for d, p in differences]


bounds = st.one_of(st.none(), st.integers(0, 2000).map(lambda number: number / 20))


def colour(value: float, lower: float | None, upper: float | None, tolerance: float) -> str:
    exact = Decimal(repr(value))
    short = max(
        Decimal(0),
        Decimal(repr(lower)) - exact if lower is not None else Decimal(0),
        exact - Decimal(repr(upper)) if upper is not None else Decimal(0),
    )
    if short == 0:
        return "green"
    return "amber" if short <= Decimal(repr(tolerance)) else "red"


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2000).map(lambda n: n / 20), bounds, bounds, st.sampled_from([0.0, 0.5, 2.0, 5.0])
        ),
        min_size=1,
        max_size=40,
    )
)
@example(
    [(85.0, 85.0, None, 0.0), (84.95, 85.0, None, 0.0), (80.0, 85.0, None, 5.0), (23.0, 18.0, 22.0, 0.5)]
)
@settings(max_examples=60)
def test_a_colour_is_by_how_far_a_figure_is_outside_its_bounds(
    rows: list[tuple[float, float | None, float | None, float]],
) -> None:
    missed_by = "outside('value', 'floor_value::double', 'ceiling_value::double')"
    colours = answer(
        f"rag_status({missed_by}, 'tolerance')", ["value", "floor_value", "ceiling_value", "tolerance"], rows
    )

    assert colours == [colour(*row) for row in rows]


def test_ordinals_are_those_of_english() -> None:
    places = [(n,) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112)]

    assert answer("ordinal('place_no')", ["place_no"], places) == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "101st", "111th", "112th",
    ]  # fmt: skip


def test_a_limit_that_is_not_there_is_not_taken_for_a_hundred() -> None:
    rows: list[tuple[Any, ...]] = [
        (None, "percent", False),
        (103.0, "percent", False),
        (-2.0, "count", False),
    ]
    rows.append((-2.0, "count", True))

    assert answer(
        "clamp_to_unit('edge::double', 'unit', 'can_be_negative')", ["edge", "unit", "can_be_negative"], rows
    ) == [None, 100, 0, -2]
