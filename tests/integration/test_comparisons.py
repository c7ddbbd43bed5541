"""What each comparison says of a figure put in for it; every expected number is worked by hand."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from ingest.paths import WarehousePaths
from ingest.reference.own_files import declared_files
from tests.conftest import csv_of
from tests.support.warehouse_sources import Figure, build_comparisons, lay_out_dimensions, months_to, put_in

pytestmark = pytest.mark.pipeline
LAST = "2025-03"

TARGETS = [
    {"la_code": "ENG", "indicator_id": "icpc_15wd_pct", "from_date": "2024-04-01", "target": 85,
     "tolerance": 5, "source": "national_standard"},
    {"la_code": "302", "indicator_id": "icpc_15wd_pct", "from_date": "2024-04-01", "target": 90,
     "tolerance": 5},
    {"la_code": "ENG", "indicator_id": "re_referrals_12m_pct", "from_date": "2024-04-01", "target": 20,
     "tolerance": 2},
    {"la_code": "ENG", "indicator_id": "wf_caseload_avg", "from_date": "2024-04-01", "limit_lower": 18,
     "limit_upper": 22, "tolerance": 1},
    {"la_code": "ENG", "indicator_id": "wf_caseload_over_threshold", "from_date": "2024-04-01", "target": 30},
    {"la_code": "301", "indicator_id": "cp_open", "from_date": "2024-04-01", "limit_lower": 10,
     "limit_upper": 14, "tolerance": 1},
    {"la_code": "ENG", "indicator_id": "contacts_received", "from_date": "2024-04-01", "target": 100},
    {"la_code": "ENG", "indicator_id": "adopters_approved", "from_date": "2024-04-01", "target": 12},
    # milestones
    {"la_code": "304", "indicator_id": "single_45wd_pct", "from_date": "2024-04-01", "target": 80,
     "due_date": "2025-06-30", "source": "improvement_notice"},
    {"la_code": "305", "indicator_id": "single_45wd_pct", "from_date": "2024-04-01", "target": 95,
     "due_date": "2025-06-30", "source": "improvement_notice"},
    {"la_code": "306", "indicator_id": "single_45wd_pct", "from_date": "2024-04-01", "target": 70,
     "due_date": "2025-01-31", "source": "improvement_notice"},
    {"la_code": "307", "indicator_id": "single_45wd_pct", "from_date": "2024-04-01", "target": 80,
     "due_date": "2025-01-31", "source": "improvement_notice"},
    {"la_code": "308", "indicator_id": "single_45wd_pct", "from_date": "2024-04-01", "target": 80,
     "due_date": "2025-06-30", "source": "improvement_notice"},
]  # fmt: skip
NAMED = [
    {"la_code": "ENG", "label": "end of 2023/24", "period_end": "2024-03-31"},
    {"la_code": "301", "label": "January", "period_end": "2025-01-31"},
]
COMPARATORS = [
    {"la_code": "ENG", "indicator_id": "icpc_15wd_pct", "comparator": "England (invented)",
     "from_date": "2024-04-01", "value": 78.06, "period_end": "2024-03-31", "source": "invented"},
    # the authority's own of the same name, from a later day
    {"la_code": "302", "indicator_id": "icpc_15wd_pct", "comparator": "England (invented)",
     "from_date": "2025-03-01", "value": 84.9, "period_end": "2024-03-01", "source": "invented again"},
    # it had been set beside months to January
    {"la_code": "301", "indicator_id": "icpc_15wd_pct", "comparator": "Partner", "from_date": "2024-04-01",
     "to_date": "2025-01-31", "value": 81, "period_end": "2024-03-31", "source": "letter"},
    # a count is set beside no other place's
    {"la_code": "301", "indicator_id": "contacts_received", "comparator": "England (invented)",
     "from_date": "2024-04-01", "value": 900, "period_end": "2024-03-31", "source": "invented"},
    {"la_code": "ENG", "indicator_id": "re_referrals_12m_pct", "comparator": "England (invented)",
     "from_date": "2024-04-01", "value": 20, "period_end": "2024-03-31", "source": "invented"},
]  # fmt: skip
PEERS = [
    # 303 is a peer until January, and then 304, which has no figure; 301 is no peer of itself
    {"la_code": "301", "peer_la_code": "301", "from_date": "2024-04-01"},
    {"la_code": "301", "peer_la_code": "302", "from_date": "2024-04-01", "name": "our circle"},
    {"la_code": "301", "peer_la_code": "303", "from_date": "2024-04-01", "to_date": "2025-02-28",
     "name": "our circle"},
    {"la_code": "301", "peer_la_code": "304", "from_date": "2025-03-01", "name": "our circle"},
    {"la_code": "302", "peer_la_code": "301", "from_date": "2024-04-01"},
    {"la_code": "302", "peer_la_code": "303", "from_date": "2024-04-01"},
    {"la_code": "302", "peer_la_code": "304", "from_date": "2024-04-01"},
]  # fmt: skip
NEIGHBOURS_OF_301 = [302, 303, 304, 305, 306, 307, 308, 309, 310, 311]


def monthly(la_code: str, indicator: str, *values: float | None, basis: str = "month") -> list[Figure]:
    """The newest months of a series, the last of them March 2025."""
    return [
        Figure(
            la_code,
            indicator,
            basis,
            month,
            value,
            status="reported" if value is not None else "not_submitted",
        )
        for month, value in zip(months_to(LAST, len(values)), values, strict=True)
    ]


FIGURES = [
    *monthly("301", "icpc_15wd_pct", 80, 82.04, 82.06),
    Figure("301", "icpc_15wd_pct", "month", "2024-03", 96),
    *monthly("302", "icpc_15wd_pct", 90, 89, 84.9),
    *monthly("303", "icpc_15wd_pct", None, 50),
    *monthly("301", "re_referrals_12m_pct", 25.3, 22.1, 22),
    # 3 of 9 is too few to compare; 3 of 10 is not
    Figure("302", "re_referrals_12m_pct", "month", "2025-02", 30, 3, 10, "calculated"),
    Figure("302", "re_referrals_12m_pct", "month", "2025-03", 100 * 3 / 9, 3, 9, "calculated"),
    # 2 of 26 and 2 of 28; 26 of 28 and 24 of 26 say the same; 6 of 28 is enough
    Figure("306", "re_referrals_12m_pct", "month", "2025-02", 100 * 2 / 28, 2, 28, "calculated"),
    Figure("306", "re_referrals_12m_pct", "month", "2025-03", 100 * 2 / 26, 2, 26, "calculated"),
    Figure("307", "re_referrals_12m_pct", "month", "2025-02", 100 * 26 / 28, 26, 28, "calculated"),
    Figure("307", "re_referrals_12m_pct", "month", "2025-03", 100 * 24 / 26, 24, 26, "calculated"),
    Figure("308", "re_referrals_12m_pct", "month", "2025-02", 100 * 6 / 28, 6, 28, "calculated"),
    Figure("308", "re_referrals_12m_pct", "month", "2025-03", 100 * 2 / 26, 2, 26, "calculated"),
    # 1 of 2, month after month; 4 of 8, 5 of 10, 5 of 10
    *[Figure("309", "icpc_15wd_pct", "month", month, 50, 1, 2, "calculated") for month in months_to(LAST, 7)],
    *[
        Figure("310", "icpc_15wd_pct", "month", month, 50, half, 2 * half, "calculated")
        for month, half in zip(months_to(LAST, 3), (4, 5, 5), strict=True)
    ],
    *monthly("301", "cp_2y_open_count", 18, 1, basis="point_in_time"),
    *monthly("302", "cp_2y_open_count", 5, 1, basis="point_in_time"),
    *monthly("301", "contacts_received", 1500, 1200, 1000, 1501.0),
    *monthly("301", "fin_staffing_overspend_forecast", -5000, 123754.4, basis="point_in_time"),
    *monthly("301", "wf_caseload_avg", 24, 23, 18, basis="point_in_time"),
    *monthly("302", "wf_caseload_avg", 17, 17.5, basis="point_in_time"),
    *monthly("301", "wf_caseload_over_threshold", 2, 0, basis="point_in_time"),
    *monthly("301", "adopters_approved", 9, basis="rolling_12_months"),
    *monthly("301", "adopters_approved", 1),
    *monthly("301", "cl_suitable_accom_pct", 88.4, basis="point_in_time"),
    *monthly("301", "cp_open", 12, 17, 10, 14, 14, 15, 15, 15, 15, basis="point_in_time"),
    *monthly("301", "cla_open", 300, 300, 299, 305, 310, basis="point_in_time"),
    # slopes between every two of 70 72 74 90 78 80: the middle of the 15 is 2; 70 72 74 .. 80 lie on the line
    *monthly("304", "single_45wd_pct", 70, 72, 74, 90, 78, 80),
    *monthly("305", "single_45wd_pct", 70, 72, 74, 90, 78, 80),
    *monthly("306", "single_45wd_pct", 70, 60, 60),
    *monthly("307", "single_45wd_pct", 70, 90, 90),
    *monthly("308", "single_45wd_pct", 70),
    # year to date: March 2025 beside March 2024
    Figure("301", "referrals_received", "year_to_date", "2024-03", 212),
    Figure("301", "referrals_received", "year_to_date", "2025-03", 263),
    # places: 301 to 311 on one question, with a tie; two that are never ranked, and one too small to be
    *[
        Figure(str(code), "wf_vacancy_rate", "point_in_time", LAST, rate)
        for code, rate in zip(range(301, 312), [10, 12, 8, 8, 20, 25, 30, 31, 32, 33, 34], strict=True)
    ],
    Figure("201", "wf_vacancy_rate", "point_in_time", LAST, 0),
    Figure("420", "wf_vacancy_rate", "point_in_time", LAST, 100),
    Figure("312", "wf_vacancy_rate", "point_in_time", LAST, 0, 0, 4, "calculated"),
]

ENGLAND, OUTER_LONDON = "E92000001", "E13000002"
# area, year, release, published, value, median, neighbours used, status
BENCHMARKS = [
    ("england", ENGLAND, 2023, 2023, "2023-10-31", 21.0, None, None, "number"),
    ("england", ENGLAND, 2024, 2024, "2025-03-31", 22.4, None, None, "number"),
    ("england", ENGLAND, 2023, 2024, "2025-03-31", 21.5, None, None, "number"),
    ("region", OUTER_LONDON, 2024, 2024, "2025-03-31", None, None, None, "suppressed"),
    ("neighbours_2021", "301", 2024, 2024, "2025-03-31", 19.0, 18.0, 4, "few_neighbours"),
    *[
        ("authority", str(code), 2024, 2024, "2025-03-31", float(rate), None, None, "number")
        for code, rate in zip(range(301, 306), (15, 14, 14, 30, 31), strict=True)
    ],
]

Said = Callable[..., dict[str, Any] | None]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    base = tmp_path_factory.mktemp("comparisons")
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    places.reference.mkdir()
    fields = dict.fromkeys(
        ("la_code", "indicator_id", "from_date", "target", "limit_lower", "limit_upper", "tolerance",
         "due_date", "source")
    )  # fmt: skip
    (places.reference / "targets.csv").write_text(csv_of([fields | t for t in TARGETS]), encoding="utf-8")
    (places.reference / "named_periods.csv").write_text(csv_of(NAMED), encoding="utf-8")
    for name, rows in (("comparators", COMPARATORS), ("peers", PEERS)):
        columns = dict.fromkeys(field.name for field in declared_files()[f"{name}.csv"].fields)
        (places.reference / f"{name}.csv").write_text(csv_of([columns | row for row in rows]), "utf-8")
    lay_out_dimensions(places, months_to(LAST, 24)[0], LAST)
    with duckdb.connect(str(places.warehouse)) as db:
        db.executemany(
            "insert into marts.bridge_peer values ('neighbours_2021', '301', ?, ?)",
            [(str(code), place) for place, code in enumerate(NEIGHBOURS_OF_301, 1)],
        )
        db.executemany(
            """
            insert into intermediate.int_benchmarks__published
            select
                're_referrals_12m_pct', 'rolling_12_months', make_date($3, 3, 31), $1, $2, 'children_in_need',
                $4, $5::date, $6, $9, 10, $8, $7, null
            """,
            BENCHMARKS,
        )
        db.execute(
            """
            insert into intermediate.int_benchmarks__published by name
            select * replace ('cl_suitable_accom_pct' as indicator_id, 'lait' as publication)
            from intermediate.int_benchmarks__published
            where comparator = 'england' and period_end = '2024-03-31'
            """
        )
    put_in(places, FIGURES)
    assert all(node.status in ("success", "pass") for node in build_comparisons(places))
    db = duckdb.connect(str(places.warehouse), read_only=True)

    def ask(
        la_code: str, indicator: str, comparator: str, basis: str = "month", month: str = LAST
    ) -> dict[str, Any] | None:
        asked = db.execute(
            """
            from marts.fct_indicator_comparisons
            where la_code = ? and indicator_id = ? and comparator = ? and period_basis = ?
                and period_end = last_day(?::date)
            """,
            [la_code, indicator, comparator, basis, f"{month}-01"],
        )
        names = [column[0] for column in asked.description or ()]
        row = asked.fetchone()
        return dict(zip(names, row, strict=True)) if row else None

    return ask


@pytest.mark.parametrize(
    ("la_code", "indicator", "comparator", "basis", "judgement", "words"),
    [
        # 82.06 - 82.04 is nothing at one place, though they are shown as 82.1 and 82.0
        ("301", "icpc_15wd_pct", "previous_month", "month", "level",
         "82.1%, level with 82.0% in February 2025"),
        ("301", "icpc_15wd_pct", "same_month_last_year", "month", "worse",
         "82.1%, down 13.9 percentage points from 96.0% in March 2024: worse"),
        ("301", "icpc_15wd_pct", "from:January", "month", "better",
         "82.1%, up 2.1 percentage points from 80.0% in January 2025 (January): better"),
        ("301", "icpc_15wd_pct", "from:end of 2023/24", "month", "worse",
         "82.1%, down 13.9 percentage points from 96.0% in March 2024 (end of 2023/24): worse"),
        ("303", "icpc_15wd_pct", "previous_month", "month", "not_comparable",
         "50.0%, with nothing to compare it with in February 2025, as nothing was submitted"),
        ("302", "re_referrals_12m_pct", "previous_month", "month", "not_comparable",
         "33.3%, not compared with 30.0% in February 2025: fewer than 10 cases"),
        ("301", "re_referrals_12m_pct", "previous_month", "month", "better",
         "22.0%, down 0.1 percentage points from 22.1% in February 2025: better"),
        ("306", "re_referrals_12m_pct", "previous_month", "month", "not_comparable",
         "7.7%, not compared with 7.1% in February 2025: fewer than 6 counted, or left out, in both"),
        ("307", "re_referrals_12m_pct", "previous_month", "month", "not_comparable",
         "92.3%, not compared with 92.9% in February 2025: fewer than 6 counted, or left out, in both"),
        ("308", "re_referrals_12m_pct", "previous_month", "month", "better",
         "7.7%, down 13.7 percentage points from 21.4% in February 2025: better"),
        # 9 cases have no colour, 10 have: 5 of 10 in February and March, after 4 of 8
        ("302", "re_referrals_12m_pct", "target", "month", "not_comparable",
         "33.3%, not judged against at most 20.0% (local target): fewer than 10 cases"),
        ("309", "icpc_15wd_pct", "target", "month", "not_comparable",
         "50.0%, not judged against at least 85.0% (national standard): fewer than 10 cases"),
        ("310", "icpc_15wd_pct", "target", "month", "red",
         "50.0%, against at least 85.0% (national standard), missed by 35.0 percentage points: red, for 2 "
         "months running"),
        # one of the two counts reaches six
        ("301", "cp_2y_open_count", "previous_month", "point_in_time", "better",
         "1, down 17 (94.4%) from 18 at the end of February 2025: better"),
        ("302", "cp_2y_open_count", "previous_month", "point_in_time", "not_comparable",
         "1, not compared with 5 at the end of February 2025: both count fewer than 6"),
        # neutral: up, but no better
        ("301", "contacts_received", "previous_month", "month", "higher",
         "1,501, up 501 (50.1%) from 1,000 in February 2025"),
        ("301", "fin_staffing_overspend_forecast", "previous_month", "point_in_time", "worse",
         "£123,754, up £128,754 from -£5,000 at the end of February 2025: worse"),
        # nearer to the band of 18 to 22 is better
        ("301", "wf_caseload_avg", "previous_month", "point_in_time", "better",
         "18.0, down 5.0 (21.7%) from 23.0 at the end of February 2025: better"),
        ("302", "wf_caseload_avg", "previous_month", "point_in_time", "better",
         "17.5, up 0.5 (2.9%) from 17.0 at the end of February 2025: better"),
        ("301", "referrals_received", "same_month_last_year", "year_to_date", "higher",
         "263, up 51 (24.1%) from 212 in April 2023 to March 2024"),
    ],
)  # fmt: skip
def test_a_change_is_judged_and_said(
    said: Said, la_code: str, indicator: str, comparator: str, basis: str, judgement: str, words: str
) -> None:
    row = said(la_code, indicator, comparator, basis)

    assert row is not None
    assert (row["judgement"], row["words"]) == (judgement, words)


def test_a_change_keeps_both_figures_unrounded(said: Said) -> None:
    row = said("301", "icpc_15wd_pct", "previous_month")

    assert row is not None
    assert (row["value"], row["comparator_value"]) == (82.06, 82.04)
    assert row["difference"] == pytest.approx(0.02)
    assert row["percentage_change"] == pytest.approx(100 * 0.02 / 82.04)


def test_a_year_to_date_is_not_set_beside_the_month_before(said: Said) -> None:
    assert said("301", "referrals_received", "previous_month", "year_to_date") is None


@pytest.mark.parametrize(
    ("la_code", "indicator", "comparator", "basis", "judgement", "words"),
    [
        ("301", "icpc_15wd_pct", "target", "month", "amber",
         "82.1%, against at least 85.0% (national standard), missed by 2.9 percentage points: amber, "
         "for 3 months running"),
        # its own target goes before England's
        ("302", "icpc_15wd_pct", "target", "month", "red",
         "84.9%, against at least 90.0% (local target), missed by 5.1 percentage points: red"),
        ("301", "re_referrals_12m_pct", "target", "month", "amber",
         "22.0%, against at most 20.0% (local target), missed by 2.0 percentage points: amber"),
        ("301", "wf_caseload_avg", "limits", "point_in_time", "green",
         "18.0, within 18.0 to 22.0 (limit band): green"),
        ("302", "wf_caseload_avg", "limits", "point_in_time", "amber",
         "17.5, against 18.0 to 22.0 (limit band), missed by 0.5: amber, for 2 months running"),
        ("301", "wf_caseload_over_threshold", "target", "point_in_time", "green",
         "0, meeting a cap of no worker above 30 cases (cap): green"),
        # a number of events to reach is a year's
        ("301", "adopters_approved", "target", "rolling_12_months", "red",
         "9, against at least 12 (local target), missed by 3: red"),
        # better neither high nor low, and a band all the same
        ("301", "cp_open", "limits", "point_in_time", "amber",
         "15, against 10 to 14 (limit band), missed by 1: amber, for 4 months running"),
    ],
)  # fmt: skip
def test_a_figure_has_the_colour_of_its_target_or_limits(
    said: Said, la_code: str, indicator: str, comparator: str, basis: str, judgement: str, words: str
) -> None:
    row = said(la_code, indicator, comparator, basis)

    assert row is not None
    assert (row["judgement"], row["words"]) == (judgement, words)


def test_a_neutral_indicator_and_a_month_of_a_years_target_have_no_colour(said: Said) -> None:
    assert said("301", "contacts_received", "target") is None
    assert said("301", "adopters_approved", "target") is None


@pytest.mark.parametrize(
    ("la_code", "judgement", "words"),
    [
        # from 80 in March at 2 a month: 86 in June
        ("304", "on_course",
         "80.0%, and 86.0% by June 2025 at the trend of the last 6 months (up 2.0 percentage points a "
         "month), against at least 80.0% (improvement notice): on course"),
        ("305", "off_course",
         "80.0%, and 86.0% by June 2025 at the trend of the last 6 months (up 2.0 percentage points a "
         "month), against at least 95.0% (improvement notice): off course"),
        ("306", "met", "70.0% in January 2025, when at least 70.0% (improvement notice) was due: met"),
        ("307", "missed", "70.0% in January 2025, when at least 80.0% (improvement notice) was due: missed"),
        ("308", "not_comparable",
         "70.0%, with too few months for a trend; at least 80.0% (improvement notice) is due by June 2025"),
    ],
)  # fmt: skip
def test_a_milestone_is_read_straight(said: Said, la_code: str, judgement: str, words: str) -> None:
    row = said(la_code, "single_45wd_pct", "milestone")

    assert row is not None
    assert (row["judgement"], row["words"]) == (judgement, words)


@pytest.mark.parametrize(
    ("indicator", "comparator", "basis", "expected", "words"),
    [
        ("cp_open", "since_april", "point_in_time",
         {"comparator_value": 10, "comparator_upper": 17, "place": 2},
         "15, the joint 2nd highest of the 9 months held since July 2024, which ran from 10 to 17"),
        ("cp_open", "at_this_level", "point_in_time", {"month_count": 4},
         "15, at this level for 4 months, since December 2024"),
        ("cla_open", "since_april", "point_in_time", {"judgement": "highest", "place": 1},
         "310, the highest of the 5 months held since November 2024, which ran from 299 to 310"),
        ("cla_open", "last_as_high_or_low", "point_in_time", {"judgement": "highest", "month_count": 4},
         "310, the highest of the 5 months held, since November 2024"),
        # 305 is within 2% of 310, 300 is not
        ("cla_open", "at_this_level", "point_in_time", {"month_count": 2},
         "310, at this level for 2 months, since February 2025"),
        ("contacts_received", "since:January", "month", {"comparator_value": 1000, "comparator_upper": 1501},
         "1,501, the highest of the 3 months held since January 2025 (January), which ran from 1,000 to "
         "1,501"),
        ("icpc_15wd_pct", "since_first_month", "month", {"place": 2, "place_of": 4},
         "82.1%, the 2nd highest of the 4 months held since March 2024, which ran from 80.0% to 96.0%"),
    ],
)  # fmt: skip
def test_a_figure_is_placed_among_its_own_months(
    said: Said, indicator: str, comparator: str, basis: str, expected: dict[str, Any], words: str
) -> None:
    row = said("301", indicator, comparator, basis)

    assert row is not None
    assert {column: row[column] for column in expected} == expected
    assert row["words"] == words


def test_the_month_that_was_last_as_high_is_named(said: Said) -> None:
    row = said("301", "cp_open", "last_as_high_or_low", "point_in_time", "2025-01")

    # 12 17 10 14 14 15 15: the newest before January as high as 15 is December
    assert row is None
    row = said("301", "cp_open", "last_as_high_or_low", "point_in_time", "2024-12")
    assert row is not None
    assert row["words"] == "15, the highest since August 2024 (17)"
    assert str(row["comparator_period_end"]) == "2024-08-31"


def test_places_are_among_the_authorities_own_figures_and_ties_are_said(said: Said) -> None:
    mine = said("301", "wf_vacancy_rate", "rank_neighbours", "point_in_time")
    assert mine is not None
    assert (mine["place"], mine["place_of"], mine["quartile"]) == (3, 11, 1)
    assert mine["words"] == "10.0%: 3rd of 11, itself and its statistical neighbours (1st is best)"

    # 309 is in inner London; the other ten are more than half of outer London's 19; 312 counts too few posts
    tied = said("303", "wf_vacancy_rate", "rank_region", "point_in_time")
    assert tied is not None
    assert tied["words"] == "8.0%: joint 1st of 10 in Outer London (1st is best)"
    assert said("312", "wf_vacancy_rate", "rank_region", "point_in_time") is None


def test_tiny_authorities_are_neither_ranked_nor_ranked_against(said: Said) -> None:
    assert said("201", "wf_vacancy_rate", "rank_england", "point_in_time") is None
    assert said("420", "wf_vacancy_rate", "rank_england", "point_in_time") is None


def test_without_enough_own_figures_places_are_among_published_ones_and_say_so(said: Said) -> None:
    # published for five: 14 14 15 30 31; of the 11 only two have own figures, which is fewer than half
    row = said("301", "re_referrals_12m_pct", "rank_neighbours")

    assert row is not None
    assert (row["place"], row["place_of"], row["comparator_value"]) == (3, 5, 15)
    assert row["words"] == (
        "15.0% in the year to March 2024 (published March 2025): 3rd of 5, itself and its statistical "
        "neighbours (1st is best)"
    )


def test_a_benchmark_is_what_is_known_now_and_what_was_known_then_where_that_differs(said: Said) -> None:
    # January 2025 was first reported by the end of February: only the release of October 2023 was out
    now = said("301", "re_referrals_12m_pct", "england", month="2025-01")
    then = said("301", "re_referrals_12m_pct", "england_then", month="2025-01")

    assert now is not None and then is not None
    assert (now["comparator_value"], str(now["comparator_period_end"])) == (22.4, "2024-03-31")
    assert (then["comparator_value"], str(then["comparator_period_end"])) == (21.0, "2023-03-31")
    assert then["words"] == (
        "25.3%, 4.3 percentage points above 21.0% for England in the year to March 2023 "
        "(published October 2023): worse"
    )
    assert said("301", "re_referrals_12m_pct", "england_then") is None  # by March it was out


@pytest.mark.parametrize(
    ("comparator", "judgement", "words"),
    [
        ("england", "better",
         "22.0%, 0.4 percentage points below 22.4% for England in the year to March 2024 "
         "(published March 2025): better"),
        ("region", "not_comparable",
         "22.0%, with nothing published for Outer London in the year to March 2024 (published March 2025): "
         "suppressed"),
        ("neighbours_mean", "worse",
         "22.0%, 3.0 percentage points above 19.0% for statistical neighbours (2021 model, mean of only 4 of "
         "10) in the year to March 2024 (published March 2025): worse"),
        ("neighbours_median", "worse",
         "22.0%, 4.0 percentage points above 18.0% for statistical neighbours (2021 model, median of only 4 "
         "of 10) in the year to March 2024 (published March 2025): worse"),
    ],
)  # fmt: skip
def test_each_benchmark_is_said_with_its_year_and_release(
    said: Said, comparator: str, judgement: str, words: str
) -> None:
    row = said("301", "re_referrals_12m_pct", comparator)

    assert row is not None
    assert (row["judgement"], row["words"]) == (judgement, words)


def test_a_published_figure_of_another_measure_stands_beside_and_is_not_judged(said: Said) -> None:
    row = said("301", "cl_suitable_accom_pct", "england", "point_in_time")

    assert row is not None
    assert row["judgement"] == "higher"
    assert row["words"] == (
        "88.4%, 66.0 percentage points above 22.4% for England in the year to March 2024 "
        "(published March 2025), another measure"
    )


@pytest.mark.parametrize(
    ("la_code", "indicator", "comparator", "month", "judgement", "words"),
    [
        # 82.06 - 78.06
        ("301", "icpc_15wd_pct", "local:England (invented)", LAST, "better",
         "82.1%, 4.0 percentage points above 78.1% for England (invented) in the period to March 2024 "
         "(invented): better"),
        ("302", "icpc_15wd_pct", "local:England (invented)", LAST, "level",
         "84.9%, level with 84.9% for England (invented) in the period to March 2024 (invented again)"),
        ("302", "icpc_15wd_pct", "local:England (invented)", "2025-02", "better",
         "89.0%, 10.9 percentage points above 78.1% for England (invented) in the period to March 2024 "
         "(invented): better"),
        ("301", "icpc_15wd_pct", "local:Partner", "2025-01", "worse",
         "80.0%, 1.0 percentage points below 81.0% for Partner in the period to March 2024 (letter): worse"),
        # 3 of 9
        ("302", "re_referrals_12m_pct", "local:England (invented)", LAST, "not_comparable",
         "33.3%, not compared with England (invented) in the period to March 2024 (invented): fewer than 10 "
         "cases"),
        # February: 302 had 89 and 303 nothing. March: 302 had 84.9, and 304 nothing
        ("301", "icpc_15wd_pct", "own_peers_mean", "2025-02", "worse",
         "82.0%, 7.0 percentage points below 89.0% for our circle (mean of 1 of 2) in February 2025: worse"),
        ("301", "icpc_15wd_pct", "own_peers_mean", LAST, "worse",
         "82.1%, 2.8 percentage points below 84.9% for our circle (mean of 1 of 2) in March 2025: worse"),
        # 301 had 82.06 and 303 had 50
        ("302", "icpc_15wd_pct", "own_peers_mean", LAST, "better",
         "84.9%, 18.9 percentage points above 66.0% for own peers (mean of 2 of 3) in March 2025: better"),
        # one of three has a figure of its own, so those published: 301 15, 303 14, 304 30
        ("302", "re_referrals_12m_pct", "own_peers_mean", "2025-02", "worse",
         "30.0%, 10.3 percentage points above 19.7% for own peers (mean of 3) in the year to March 2024 "
         "(published March 2025): worse"),
    ],
)  # fmt: skip
def test_a_council_is_set_beside_what_it_chose(
    said: Said, la_code: str, indicator: str, comparator: str, month: str, judgement: str, words: str
) -> None:
    row = said(la_code, indicator, comparator, month=month)

    assert row is not None
    assert (row["judgement"], row["words"]) == (judgement, words)


@pytest.mark.parametrize(
    ("la_code", "indicator", "comparator"),
    [
        ("301", "icpc_15wd_pct", "local:Partner"),  # to January
        ("301", "contacts_received", "local:England (invented)"),
        ("303", "icpc_15wd_pct", "own_peers_mean"),  # has no list
    ],
)
def test_what_was_not_chosen_for_the_month_is_not_set_beside_it(
    said: Said, la_code: str, indicator: str, comparator: str
) -> None:
    assert said(la_code, indicator, comparator) is None
