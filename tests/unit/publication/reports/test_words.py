"""The headlines: what is said, in which order, and never a sentence that the figures do not bear out."""

from publication.reports import words
from publication.reports.figures import Held, Missing
from tests.support.report_lines import beside, line, months, report


def sentences(kind: words.Headlines) -> list[str]:
    return [one.sentence for one in kind.sentences]


def test_red_comes_before_amber_and_green_is_not_off_target() -> None:
    lines = [
        line(title=colour, beside={"target": beside("target", f"is {colour}", value=85.0, judgement=colour)})
        for colour in ("green", "amber", "red", "not_comparable")
    ]

    off_target = words.headlines(report(*lines))[2]

    assert sentences(off_target) == ["red: is red", "amber: is amber"]
    assert off_target.about.startswith("Of 3 figures")


def test_a_change_is_told_by_how_far_the_figure_moves_as_a_rule() -> None:
    def moved(title: str, by: float, as_a_rule: float) -> object:
        change = beside("previous_month", f"by {by}", difference=by, judgement="better")
        points = months(50.0, 50.0 + by, moving_range=as_a_rule)
        return line(title=title, beside={"previous_month": change}, points=points)

    changed = words.headlines(report(moved("restless", 9, 10), moved("calm", 4, 1), moved("lively", 6, 2)))[0]

    assert sentences(changed) == ["calm: by 4", "lively: by 6"]


def test_with_too_few_months_it_is_not_said_that_nothing_changed() -> None:
    changed, signals, *_ = words.headlines(report(line(points=months(50.0, variation="too_few_months"))))

    assert sentences(changed) == sentences(signals) == ["There are too few months to tell."]


def test_of_months_that_are_judged_it_is_said_that_none_is_a_signal() -> None:
    signals = words.headlines(report(line(points=months(50.0, variation="common_cause"))))[1]

    assert sentences(signals) == ["No figure is outside its usual range."]


def test_more_than_fit_on_the_page_are_counted() -> None:
    signal = beside("signal", "a signal", judgement="lower")
    lines = [
        line(title=f"figure {n}", beside={"signal": signal}, points=months(1.0, variation="lower"))
        for n in range(9)
    ]

    signals = words.headlines(report(*lines))[1]

    assert (len(signals.sentences), signals.more) == (6, "And 3 more, in the tables.")


def test_what_did_not_come_is_said_and_is_not_nought() -> None:
    silent = line(title="Reviews in time", value=None, value_status="not_submitted")
    missing = (
        Missing("cla_reviews", "not_submitted", None),
        Missing("cla_visits", "rejected", "no column for clav_person_id"),
    )

    said = sentences(words.headlines(report(line(), silent, missing=missing))[3])

    assert said == [
        "Not submitted: cla_reviews (Reviews of looked after children).",
        "Refused: cla_visits (Statutory visits to looked after children): no column for clav_person_id.",
        "1 figure of March 2025 is not submitted. It is not zero: Reviews in time.",
    ]


def test_a_comment_for_no_indicator_is_not_lost_in_silence() -> None:
    said = sentences(words.headlines(report(line(), stray_comments=("icpc_15wd",)))[3])

    assert said == ["A comment was written for icpc_15wd, which is not an indicator. It is not shown."]


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


def test_a_held_council_reads_first_what_to_mend_and_its_last_good_figures() -> None:
    withheld = line(value=None, value_status="withheld", points=months(81.25, None))

    held, last_good, *_, missing = words.headlines(report(withheld, held=(UNREAD,)))

    assert sentences(held) == [
        "9 figures. 7 of 14 values of cp_plan_start_date in cp_plans could not be read. To mend it: mend the "
        "cells that the error report lists and send cp_plans again."
    ]
    assert sentences(last_good) == [f"{withheld.title}: 81.3% in February 2025"]
    assert not any("Nothing" in said for said in sentences(missing))


def test_a_figure_of_an_earlier_return_says_why_it_stands() -> None:
    stands = line(held_by="nothing in contacts since its newest event")

    assert words.details(stands)[0] == (
        "Held back",
        "Nothing in contacts since its newest event. What stands here is the figure of an earlier return.",
    )


def test_where_nothing_is_held_nothing_is_said_of_it() -> None:
    assert words.headlines(report(line()))[0].heading == "What changed"
