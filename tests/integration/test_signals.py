"""Signals through dbt: the mart with its contract, what stands beside a figure, a recorded change.

The limits themselves are worked by hand in tests/unit/dbt_project/test_signals.py.
"""

from collections.abc import Callable, Sequence
from typing import Any

import duckdb
import pytest

from ingest.paths import WarehousePaths
from tests.support.warehouse_sources import Figure, build_comparisons, lay_out_dimensions, months_to, put_in

pytestmark = pytest.mark.pipeline
LAST = "2025-03"
# Each an authority of its own; the last point is March 2025. A share is its numerator of 20.
SERIES: dict[str, tuple[str, str, str, Sequence[float]]] = {
    "counts": ("301", "contacts_received", "month", [*[8] * 23, 29]),
    "worse and falling": ("302", "icpc_15wd_pct", "month", [*[16] * 23, 4]),
    "stock": ("303", "cp_open", "point_in_time", [*[30] * 23, 26]),
    "too few": ("304", "contacts_received", "month", [8] * 19),
    "look-back": ("305", "cp_visit_10wd_pct", "point_in_time", [16] * 24),
    "rolling": ("306", "s47_rate_10k", "rolling_12_months", [150] * 24),
    "net": ("307", "cla_net_change", "month", [*[0] * 23, 5]),
    "changed process": ("318", "contacts_received", "month", [*[60] * 12, *[8] * 24]),
    "unchanged elsewhere": ("319", "contacts_received", "month", [*[60] * 24, *[8] * 12]),
}

Judged = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    base = tmp_path_factory.mktemp("signals")
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    places.reference.mkdir()
    (places.reference / "process_changes.csv").write_text(
        "la_code,indicator_id,from_date,reason\n318,contacts_received,2023-04-01,new front door\n",
        encoding="utf-8",
    )
    lay_out_dimensions(places, months_to(LAST, 40)[0], LAST)
    put_in(
        places,
        [
            Figure(
                la_code,
                indicator,
                basis,
                month,
                *((value * 5, value, 20) if "pct" in indicator else (value,)),
            )
            for la_code, indicator, basis, values in SERIES.values()
            for month, value in zip(months_to(LAST, len(values)), values, strict=True)
        ],
    )
    assert all(node.status in ("success", "pass") for node in build_comparisons(places))
    return places


def rows(places: WarehousePaths, mart: str, name: str) -> list[dict[str, Any]]:
    """What a mart says of a series, month by month."""
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        asked = db.execute(f"from marts.{mart} where la_code = ? order by period_end", [SERIES[name][0]])
        names = [column[0] for column in asked.description or ()]
        return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


@pytest.mark.parametrize(
    ("name", "judgement", "words"),
    [
        (
            "counts",
            "higher",
            "29, a change: higher than before (above the upper limit), where the usual range is 0 to 28.7 "
            "(counts of a month, on a square-root scale)",
        ),
        # 4 of 20 in time, where more is better and 16 is usual: a change and no improvement
        (
            "worse and falling",
            "lower",
            "20.0%, a change: lower than before (below the lower limit), where the usual range is 26.9% to "
            "100.0% (shares of a month, with limits by its cases)",
        ),
        (
            "stock",
            "common_cause",
            "26, no signal, where the usual range after the month before is 26 to 34 (changes since the "
            "month before)",
        ),
        # a month's own change is not differenced again
        (
            "net",
            "higher",
            "5, a change: higher than before (above the upper limit), where the usual range is -4 to 4 "
            "(figures of a month)",
        ),
        (
            "too few",
            "too_few_months",
            "8, too few months to look for a signal: 5 more are needed (counts of a month, on a square-root "
            "scale)",
        ),
        (
            "look-back",
            "not_judged",
            "80.0%, no signal is looked for, as each figure shares most of its cases with the one before",
        ),
        (
            "rolling",
            "not_judged",
            "150.0 per 10,000, no signal is looked for, as each figure shares most of its cases with the one "
            "before",
        ),
    ],
)
def test_what_stands_beside_a_figure_is_the_signal_its_range_and_its_method(
    places: WarehousePaths, name: str, judgement: str, words: str
) -> None:
    signal = [r for r in rows(places, "fct_indicator_comparisons", name) if r["comparator"] == "signal"][-1]

    assert (signal["judgement"], signal["words"]) == (judgement, words)


def test_no_signal_says_that_a_figure_is_better_or_worse(places: WarehousePaths) -> None:
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        [(said,)] = db.execute(
            "select count(*) from marts.fct_indicator_spc "
            "where words similar to '.*(improve|better|worse|concern).*'"
        ).fetchall()
        [(months,)] = db.execute("select count(*) from marts.fct_indicator_spc").fetchall()

    assert (said, months) == (0, sum(len(values) for _, _, _, values in SERIES.values()))


def test_a_recorded_change_begins_a_new_phase_and_without_one_the_step_is_a_signal(
    places: WarehousePaths,
) -> None:
    changed = rows(places, "fct_indicator_spc", "changed process")

    assert [
        (p["phase_points"], str(p["phase_start"]), p["phase_reason"]) for p in (changed[0], changed[-1])
    ] == [
        (12, "2022-04-01", None),
        (24, "2023-04-01", "new front door"),
    ]
    assert {p["variation"] for p in changed[-12:]} == {"common_cause"}
    assert changed[-1]["words"] == (
        "no signal, where the usual range since the process changed in April 2023 (new front door) "
        "is 0 to 28.7"
    )
    elsewhere = rows(places, "fct_indicator_spc", "unchanged elsewhere")
    assert {p["variation"] for p in elsewhere[-12:]} == {"lower"}
