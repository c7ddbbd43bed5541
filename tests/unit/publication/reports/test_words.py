"""What is said of a figure: no sentence that the figures do not bear out, and nothing lost in silence."""

from datetime import date

import pytest

from publication.reports import tables, words
from publication.reports.figures import Held, Missing, Theme, Told
from tests.support.report_lines import beside, line, months, report

FEBRUARY, YEAR = date(2025, 2, 28), date(2024, 3, 31)
NOW = months(68.0, 81.25)


def before(value: float, judgement: str = "better") -> dict:
    """What the figure of February was."""
    return {"previous_month": beside("previous_month", value=value, period_end=FEBRUARY, judgement=judgement)}


def test_a_headline_has_the_number_its_way_since_when_and_against_whom() -> None:
    figures = line(
        points=NOW,
        beside={
            **before(68.0),
            "target": beside("target", "at least", value=85.0, judgement="amber", month_count=3),
            "last_as_high_or_low": beside(
                "last_as_high_or_low", judgement="highest", period_end=date(2024, 5, 31), month_count=10
            ),
            "england": beside("england", value=78.04, period_end=YEAR),
            "neighbours_mean": beside("neighbours_mean", value=80.0, period_end=YEAR),
        },
    )

    [one] = words.headlines(report(figures, headlines=(Told(figures, "off_target", "concern"),)))

    assert one.sentence == (
        "Initial conferences held within 15 working days: 26 of 32, 81.3% in March 2025, up from 68.0% in "
        "February 2025, the highest since May 2024, missing the target of at least 85.0% for 3 months "
        "running; England 78.0%, neighbours 80.0% (year to March 2024)."
    )


def test_what_a_council_chose_stands_where_england_and_neighbours_have_no_figure() -> None:
    chosen = {
        "local:Partner": beside("local:Partner", "81.3%, above Partner", value=70.0, period_end=YEAR),
        "local:England (invented)": beside("local:England (invented)", value=78.04, period_end=YEAR),
        "own_peers_mean": beside("own_peers_mean", value=80.0, period_end=FEBRUARY),
    }
    england = {"england": beside("england", value=75.0, period_end=YEAR)}

    alone = words.statement(line(points=NOW, beside=chosen), "signal_better")
    with_england = words.statement(line(points=NOW, beside=chosen | england), "signal_better")

    assert alone.endswith("; England (invented) 78.0% (to March 2024), own peers 80.0% (to February 2025).")
    assert with_england.endswith("; England 75.0% (year to March 2024), own peers 80.0% (to February 2025).")
    cells = dict(zip(tables.SUMMARY, tables.summary_row(line(points=NOW, beside=chosen)), strict=True))
    assert cells["England"].text == "78.0% (England (invented))"
    assert cells["Neighbours"].text == "80.0% (own peers)"
    assert ("Partner", "81.3%, above Partner") in words.details(line(points=NOW, beside=chosen))


def test_a_change_is_told_first_and_the_month_only_where_it_went_the_same_way() -> None:
    higher, lower = (months(68.0, 81.25, variation=variation) for variation in ("higher", "lower"))

    said = [
        words.statement(line(points=points, beside=before(68.0)), "signal_better")
        for points in (higher, lower)
    ]

    assert said == [
        "26 of 32, 81.3% in March 2025, a change: higher than in the months before, up from 68.0% in "
        "February 2025.",
        "26 of 32, 81.3% in March 2025, a change: lower than in the months before.",
    ]


@pytest.mark.parametrize(
    ("value", "earlier", "judgement", "said"),
    [
        (81.25, 68.0, "better", "up from 68.0% in February 2025"),
        (81.25, 81.34, "better", "level with 81.3% in February 2025"),  # both read 81.3%
        (81.25, 81.24, "level", "level with 81.2% in February 2025"),  # what is shown is 0.0 apart
        (81.25, 68.0, "not_comparable", ""),
    ],
)
def test_which_way_a_figure_went_agrees_with_the_two_figures_shown(
    value: float, earlier: float, judgement: str, said: str
) -> None:
    sentence = words.statement(line(value=value, points=NOW, beside=before(earlier, judgement)))

    assert sentence == "26 of 32, 81.3% in March 2025" + (f", {said}." if said else ".")


def test_a_record_that_the_month_gainsays_is_not_told() -> None:
    lowest = beside("last_as_high_or_low", judgement="lowest", period_end=YEAR, month_count=12)

    said = words.statement(line(points=NOW, beside={**before(68.0), "last_as_high_or_low": lowest}))

    assert "lowest" not in said


def test_a_target_missed_by_less_than_is_shown_is_narrowly_missed() -> None:
    goal = beside("target", "at least", value=81.3, judgement="red")

    assert words.statement(line(points=NOW, beside={"target": goal})) == (
        "26 of 32, 81.3% in March 2025, narrowly missing the target of at least 81.3%."
    )


def test_a_cap_is_told_by_the_caseload_that_none_should_be_above() -> None:
    cap = beside(
        "target", "2, against a cap of no worker above 25 cases (cap): red", value=0.0, judgement="red"
    )
    workers = line(unit="count", value=2.0, period_basis="point_in_time", points=NOW, beside={"target": cap})

    assert "missing the target of no worker above 25 cases" in words.statement(workers)


def test_of_few_cases_the_count_is_told_and_no_percentage() -> None:
    few = line(value=60.0, numerator=3, denominator=5, points=NOW)

    assert words.statement(few) == "3 of 5 in March 2025."


def test_no_percentage_is_made_of_money() -> None:
    money = line(
        unit="gbp", value=-1200.0, period_basis="point_in_time", numerator=-1200, denominator=None,
        points=NOW, beside=before(60.0),
    )  # fmt: skip

    assert words.statement(money) == "-£1,200 at the end of March 2025, down from £60 in February 2025."


def test_a_milestone_is_told_with_its_day_and_the_course() -> None:
    off = beside("milestone", "at least", value=85.0, period_end=date(2025, 12, 31), judgement="off_course")

    assert words.statement(line(points=NOW, beside={"milestone": off}), "milestone_off_course") == (
        "26 of 32, 81.3% in March 2025, off course for the milestone of at least 85.0% by December 2025."
    )


def test_what_is_not_there_is_listed_once_at_the_end_of_its_section_by_reason() -> None:
    def silent(title: str, status: str) -> object:
        return line(title=title, value=None, value_status=status)

    theme = Theme(
        "Care",
        (silent("A", "not_submitted"), silent("B", "no_cases"), silent("C", "not_submitted"), line()),
        absent=("D",),
    )

    assert (
        words.untold(report(line()), theme)
        == "Not submitted: A; C. No cases: B. Not counted for this period: D."
    )


def test_where_there_is_no_headline_it_is_said_and_nothing_of_too_few_months() -> None:
    quiet = report(line(points=months(50.0, variation="too_few_months")))

    assert words.headlines(quiet) == []
    assert words.no_headline(quiet).startswith("No figure is off its target")
    assert "too few months" not in words.no_headline(quiet)


def test_targets_met_are_counted_among_those_that_there_are() -> None:
    lines = [
        line(beside={"target": beside("target", value=85.0, judgement=colour)})
        for colour in ("green", "green", "red", "not_comparable")
    ]

    assert words.targets_met(report(*lines, line())) == (
        "2 of the 3 targets and agreed bands of this report are met."
    )


def test_what_did_not_come_is_said() -> None:
    missing = (
        Missing("cla_reviews", "not_submitted", None),
        Missing("cla_visits", "rejected", "no column for clav_person_id"),
    )

    assert words.behind(report(line(), missing=missing, stray_comments=("icpc_15wd",))) == [
        "Not submitted: cla_reviews (Reviews of looked after children).",
        "Refused: cla_visits (Statutory visits to looked after children): no column for clav_person_id.",
        "A comment was written for icpc_15wd, which is not an indicator. It is not shown.",
    ]


def test_a_share_is_said_with_what_it_was_worked_out_from() -> None:
    assert words.figure_words(line()) == "81.3% in the month (26 of 32)"
    assert words.figure_words(line(value=None, value_status="no_cases")) == "No cases in the month"


def test_a_chart_is_described_by_its_own_points() -> None:
    points = months(50.0, None, 75.0, expected=60.0, lower=-5.0, upper=130.0, judged_by="figures of a month")

    assert words.chart_words(line(points=points)) == (
        "Line chart of Initial conferences held within 15 working days, January 2025 to March 2025: "
        "lowest 50.0% in January 2025, highest 75.0% in March 2025, latest 75.0%. "
        "Expected 60.0%, usual range 0.0% to 100.0%. Judged by figures of a month."
    )


UNREAD = Held(
    ground="values_unread",
    return_name="cp_plans",
    ground_sentence="7 of 14 values of cp_plan_start_date in cp_plans could not be read",
    suggested_action="mend the cells that the error report lists and send cp_plans again",
    figures=frozenset({"icpc_15wd_pct|month"}),
    figure_count=9,
    earlier_figure_count=0,
)


def test_a_figure_that_is_held_stands_with_its_reason_and_what_was_last_given() -> None:
    withheld = line(
        value=None, value_status="withheld", points=months(81.25, None), held_by=UNREAD.ground_sentence
    )
    held = report(withheld, held=(UNREAD,))

    assert [one.sentence for one in words.held(held.themes[0])] == [
        f"{withheld.title}: held back. 7 of 14 values of cp_plan_start_date in cp_plans could not be read. "
        "Last given: 81.3% in February 2025."
    ]
    assert words.behind(held) == [
        "9 figures held back. 7 of 14 values of cp_plan_start_date in cp_plans could not be read. To mend "
        "it: mend the cells that the error report lists and send cp_plans again."
    ]
    assert words.untold(held, held.themes[0]) == ""  # it is told, with its reason


def test_a_figure_of_an_earlier_return_says_why_it_stands() -> None:
    stands = line(held_by="nothing in contacts since its newest event")

    assert words.details(stands)[0] == (
        "Held back",
        "Nothing in contacts since its newest event. What stands here is the figure of an earlier return.",
    )
