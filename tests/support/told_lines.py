"""How each printed quantity of five council reports enters the product, and where its comparison is read.

One line for each row of ../shared/spec/report_figures.csv, in its order. `value` and `comparator` stand for
the first number of those columns of the row; anything else is as the report's words give it.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Read:
    """One printed thing and where the mart should have it: of which comparator, which column."""

    comparator: str  # empty: the figure itself
    column: str
    printed: str
    indicator: str = ""  # the line's own where empty


@dataclass(frozen=True)
class Line:
    """One row of report_figures.csv."""

    row: int
    quote: str  # how the quote begins, so that a row cannot be taken for another
    at: str = ""  # basis and month asked about
    enter: tuple[str, ...] = ()  # basis, month, then value, or numerator/denominator
    read: tuple[Read, ...] = ()
    because: str = ""  # why what is printed does not come out, or what is said where there is no number
    indicator: str = ""  # where the product keeps it under another than the row names


@dataclass(frozen=True)
class Report:
    """One council's report and what it was set beside."""

    la_code: str
    council: str
    month: str
    lines: tuple[Line, ...]
    targets: tuple[dict[str, str], ...] = ()
    named: tuple[tuple[str, str], ...] = ()  # label and month
    quiet_months: tuple[str, ...] = ()  # a folder with a return that has no line
    benchmarks: tuple[str, ...] = field(default=())


def value() -> Read:
    return Read("", "value", "value")


def figure(row: int, quote: str, at: str, because: str = "") -> Line:
    """A row that prints a figure and nothing beside it that could be entered."""
    return Line(row, quote, at, (f"{at} value",), (value(),), because)


def against(comparator: str, **columns: str) -> tuple[Read, ...]:
    """The figure itself, and what a comparator says of it."""
    return (value(), *(Read(comparator, column, printed) for column, printed in columns.items()))


NO_TARGET = "the report prints no target for it, so none was entered and no colour is given"
NO_MONTHS = "the other months are not printed, so they were not entered and there is nothing to rank it among"
NO_NUMBER = "no number is printed: not submitted, never zero"
OUTSIDE_ANY_BASIS = (
    "{} is no month, year to date, twelve months or month end, so the product does not carry it"
)
LATER_RELEASES = (
    "the releases on file begin in 2023, so it is set beside the newest year that had ended, as it now stands"
)
SINCE_SEPTEMBER_2014 = OUTSIDE_ANY_BASIS.format("September 2014 to October 2015")
SINCE_JANUARY_2015 = OUTSIDE_ANY_BASIS.format("January to October 2015")
NO_REASONS = "the reason is not carried by figures that enter as totals"

RUTLAND = Report(
    "857",
    "Rutland",
    "2012-04",
    targets=(
        {"indicator_id": "re_referrals_12m_pct", "from_date": "2012-04-01", "to_date": "2013-03-31",
         "target": "23", "source": "local_target"},
    ),
    quiet_months=("2012-04",),
    lines=(
        Line(
            1, "24% increase", "year_to_date 2011-12",
            ("year_to_date 2011-12 value", "year_to_date 2010-12 comparator"),
            against("same_month_last_year", comparator_value="comparator", percentage_change="24"),
        ),
        Line(
            2, "total of contacts", "year_to_date 2011-12",
            ("year_to_date 2011-12 value", "year_to_date 2010-12 comparator"),
            against("same_month_last_year", comparator_value="comparator", percentage_change="10"),
        ),
        Line(
            3, "The re-referral rate is 25%", "year_to_date 2011-12", ("year_to_date 2011-12 value",),
            (value(),), because=NO_TARGET,
        ),
        Line(
            4, "The target will be set at 23%", "year_to_date 2012-04", (),
            (Read("target", "comparator_value", "value"),),
        ),
        Line(
            5, "62% increase of Initial", "year_to_date 2011-12",
            ("year_to_date 2011-12 value", "year_to_date 2010-12 comparator"),
            against("same_month_last_year", comparator_value="comparator", percentage_change="62"),
        ),
        figure(6, "80.5% were completed", "year_to_date 2011-12", because=NO_TARGET),
        Line(
            7, "comparator authorities", "year_to_date 2011-12", (),
            against("neighbours_mean", comparator_value="comparator"),
            because="nobody publishes initial assessments in time: the files begin in 2013, after them",
        ),
        Line(
            8, "225% increase", "year_to_date 2011-12",
            ("year_to_date 2011-12 value", "year_to_date 2010-12 comparator"),
            against("same_month_last_year", comparator_value="comparator", percentage_change="225"),
        ),
        figure(9, "below target (53%", "year_to_date 2011-12", because=NO_TARGET),
        figure(10, "number of children subject", "point_in_time 2011-12"),
        Line(
            # the month of the lowest is not printed
            11, "fluctuated between 10 and 17", "point_in_time 2011-12", ("point_in_time 2011-07 10",),
            (
                Read("since_april", "comparator_value", "10"),
                Read("since_april", "comparator_upper", "17"),
                Read("since_april", "judgement", "highest"),
            ),
        ),
        Line(
            12, "Looked After Children has remained", "point_in_time 2011-12",
            ("point_in_time 2011-12 value", "point_in_time 2011-11 value"),
            against("previous_month", judgement="level"),
        ),
        figure(13, "The overall caseload", "point_in_time 2011-12"),
        Line(
            14, "The total for Team 11", "point_in_time 2011-12",
            because="figures that enter as totals have no teams; teams come from involvements, by breakdown",
        ),
        Line(
            15, "for Team 12 is 37", "point_in_time 2011-12",
            because="figures that enter as totals have no teams; teams come from involvements, by breakdown",
        ),
        Line(16, "There is a backlog", "point_in_time 2011-12", because=NO_NUMBER),
        figure(17, "we still have 2 full time", "point_in_time 2012-01"),
        Line(
            18, "staffing budget is overspent", "point_in_time 2011-12",
            because="direction only: the figure is above 0, which is an overspend",
        ),
        figure(19, "overspend is projected", "point_in_time 2011-12"),
        Line(
            20, "the successful applicant has to give three months notice", "point_in_time 2012-01",
            because="months of notice are no figure of an indicator: they are the start_date of the post's "
            "assignment, from which the projected rate is worked out",
        ),
    ),
)  # fmt: skip

ROTHERHAM = Report(
    "372",
    "Rotherham",
    "2015-12",
    targets=(
        {"indicator_id": "wf_caseload_avg", "from_date": "2015-04-01", "limit_lower": "18",
         "limit_upper": "22", "source": "limit_band"},
    ),
    named=(
        ("end of 2014", "2014-12"), ("end of 2014/15", "2015-03"),
        ("April", "2015-04"), ("August", "2015-08"),
    ),
    benchmarks=("*/c1_*.csv", "*/ons_mid-year*.csv", "neighbours/*.csv"),
    lines=(
        Line(
            21, "98.6% in December", "month 2015-12", ("month 2015-12 value", "month 2014-12 comparator"),
            against("from:end of 2014", comparator_value="comparator", judgement="better"),
        ),
        Line(22, "consistently in the high 90", "month 2015-12", because=NO_MONTHS),
        Line(
            23, "only one child", "point_in_time 2015-12",
            ("point_in_time 2015-12 value", "point_in_time 2015-04 comparator"),
            against("from:April", comparator_value="comparator", judgement="better"),
        ),
        Line(
            24, "100% Children subject", "point_in_time 2015-12",
            ("point_in_time 2015-12 value", "point_in_time 2014-12 comparator"),
            against("from:end of 2014", comparator_value="comparator", judgement="better"),
        ),
        Line(
            25, "96.9% of Looked after", "point_in_time 2015-12",
            ("point_in_time 2015-12 value", "point_in_time 2014-12 comparator"),
            against("from:end of 2014", comparator_value="comparator", judgement="better"),
        ),
        Line(
            26, "90.3% of Children in Need", "point_in_time 2015-12",
            ("point_in_time 2015-12 value", "point_in_time 2014-12 comparator"),
            against("from:end of 2014", comparator_value="comparator", judgement="better"),
        ),
        Line(
            27, "compared to performance at the end of 2014", "point_in_time 2015-12", (),
            (
                Read("from:end of 2014", "comparator_value", "80", "cp_plan_uptodate_pct"),
                Read("from:end of 2014", "comparator_value", "82", "cla_care_plan_uptodate_pct"),
                Read("from:end of 2014", "comparator_value", "32", "cin_plan_uptodate_pct"),
            ),
        ),
        figure(28, "96.2% of looked after", "point_in_time 2015-12"),
        figure(29, "95.0% of children", "point_in_time 2015-12"),
        Line(
            30, "averages across all teams", "point_in_time 2015-12", (),
            (Read("limits", "comparator_value", "18"), Read("limits", "comparator_upper", "22")),
        ),
        Line(
            31, "high re-referral rate", "year_to_date 2015-12", ("year_to_date 2015-12 value",),
            against("neighbours_mean", comparator_value="comparator"),
        ),
        Line(
            32, "improved our timeliness", "month 2015-08",
            ("month 2015-08 value", "month 2015-03 comparator"),
            against("from:end of 2014/15", comparator_value="comparator", judgement="better"),
        ),
        Line(
            33, "compared to a low of 70%", "month 2015-08", (),
            (Read("from:end of 2014/15", "comparator_value", "value"),),
        ),
        Line(
            34, "drop in timeliness", "month 2015-12", ("month 2015-12 value",),
            against("from:August", comparator_value="comparator", difference="-10.8", judgement="worse"),
        ),
        Line(35, "available number of in-house", "point_in_time 2015-12", because=NO_NUMBER),
    ),
)  # fmt: skip

PETERBOROUGH = Report(
    "874",
    "Peterborough",
    "2011-03",
    targets=(
        {"indicator_id": "ia_intime_pct", "from_date": "2010-04-01", "target": "70", "due_date": "2010-12-31",
         "source": "improvement_notice"},
        {"indicator_id": "ca_35wd_pct", "from_date": "2010-04-01", "target": "75", "due_date": "2010-12-31",
         "source": "improvement_notice"},
        {"indicator_id": "wf_caseload_over_threshold", "from_date": "2010-04-01", "target": "30",
         "due_date": "2010-12-31", "source": "improvement_notice"},
        {"indicator_id": "wf_caseload_max", "from_date": "2010-04-01", "target": "25",
         "source": "improvement_notice"},
    ),
    lines=(
        # the values are not printed: the least that "met" allows was entered, and the least that is over
        Line(
            36, "completing 70%", "month 2010-12", ("month 2010-12 value",),
            against("milestone", comparator_value="comparator", judgement="met"),
        ),
        Line(
            37, "completing 75%", "month 2010-12", ("month 2010-12 value",),
            against("milestone", comparator_value="comparator", judgement="met"),
        ),
        Line(
            38, "no social worker", "point_in_time 2010-12", ("point_in_time 2010-12 value",),
            against("milestone", threshold="comparator", judgement="met"),
        ),
        Line(
            39, "maximum caseload of 25", "point_in_time 2011-03", ("point_in_time 2011-03 26",),
            (Read("target", "comparator_value", "comparator"), Read("target", "judgement", "red")),
        ),
        figure(40, "overall social worker", "point_in_time 2011-02"),
        figure(
            41, "including agency staff", "point_in_time 2011-02",
            because='the target is printed as "just above" it, not as a number, so none was entered',
        ),
        figure(42, "this figure will drop to 2%", "point_in_time 2011-02"),
    ),
)  # fmt: skip

NOTTINGHAMSHIRE = Report(
    "891",
    "Nottinghamshire",
    "2011-05",
    named=(("April 2010", "2010-04"),),
    lines=(
        Line(
            43, "76% of Initial", "month 2011-05", ("month 2011-05 value", "month 2010-04 comparator"),
            against("from:April 2010", comparator_value="comparator", judgement="better"),
        ),
        Line(
            44, "73% of Core", "month 2011-05", ("month 2011-05 value", "month 2010-04 comparator"),
            against("from:April 2010", comparator_value="comparator", judgement="better"),
        ),
        Line(45, "increased number of children", "month 2011-05", because=NO_NUMBER),
        Line(46, "workers with", "point_in_time 2011-05", because=NO_NUMBER),
    ),
)  # fmt: skip

HEREFORDSHIRE = Report(
    "884",
    "Herefordshire",
    "2015-11",
    targets=(
        {"indicator_id": "wf_perm_agency_ratio", "from_date": "2014-04-01", "target": "90",
         "due_date": "2017-03-31", "source": "local_target"},
    ),
    named=(("September 2014", "2014-09"), ("January 2015", "2015-01")),
    benchmarks=("*/c1_*.csv", "*/ons_mid-year*.csv", "neighbours/*.csv"),
    lines=(
        Line(
            47, "98% of contacts", "month 2015-10",
            tuple(f"month 2015-{month:02d} value" for month in range(6, 11)),
            against("at_this_level", month_count="5"),
        ),
        Line(48, "Increase in contacts", "month 2015-10", because=NO_NUMBER),
        Line(
            49, "highest since January 2015", "month 2015-10",
            ("month 2015-10 value", "month 2014-10 comparator"),
            against("same_month_last_year", comparator_value="comparator", difference="99"),
            because=f"{NO_MONTHS}; DfE's own months (table c6) have 265 in September 2015 and 293 in October",
        ),
        Line(50, "higher than average", "month 2015-10", (), (value(),), because=NO_MONTHS),
        Line(
            51, "Cumulative re-referral rate", "year_to_date 2015-10", ("year_to_date 2015-10 value",),
            against("england", comparator_value="comparator"),
            because=f"{LATER_RELEASES}; printed beside it is 2013-14, for which England's figure now is 23.5",
        ),
        Line(
            52, "statistical neighbours of", "year_to_date 2015-10", (),
            against("neighbours_mean", comparator_value="comparator"),
            because=f"{LATER_RELEASES}; which year and neighbours it was worked out from is not printed",
        ),
        figure(53, "reaching a high of 72%", "month 2015-10", because=NO_MONTHS),
        figure(54, "43% of core assessments", "month 2015-10"),
        figure(55, "131 strategy meetings", "month 2015-07", because=NO_MONTHS),
        figure(56, "30% of strategy meetings", "month 2015-10"),
        figure(57, "October saw 36", "month 2015-10"),
        figure(58, "33 removed", "month 2015-10"),
        figure(59, "a cumulative increase of 3", "month 2015-10"),
        Line(60, "second highest number", "month 2015-10", (), (value(),), because=NO_MONTHS),
        figure(61, "West Mercia police", "rolling_12_months 2015-10"),
        figure(62, "second or subsequent plan", "month 2015-10"),
        figure(63, "as does those on plan", "point_in_time 2015-10"),
        Line(
            64, "Net increase of 3", "month 2015-10",
            because=OUTSIDE_ANY_BASIS.format("July to 30 October") + "; cla_open has it from a named month",
        ),
        figure(65, "Good performance in statutory", "point_in_time 2015-10"),
        Line(66, "reviews of care plans", "month 2015-10", ("month 2015-10 83/89",), (value(),)),
        Line(67, "35 initial conferences held: 29", "month 2015-10", ("month 2015-10 29/35",), (value(),)),
        figure(68, "35 initial conferences held", "month 2015-10"),
        Line(
            69, "6 out of timescales", "month 2015-10", (), (Read("", "not_in_time", "value"),),
            indicator="icpc_15wd_pct", because=NO_REASONS,
        ),
        figure(70, "88% of review conferences", "month 2015-10"),
        Line(71, "89 LAC reviews held", "month 2015-10", (), (value(),)),
        Line(
            72, "The 6 out of timescale", "month 2015-10", (), (Read("", "not_in_time", "value"),),
            indicator="cla_review_intime_pct", because=NO_REASONS,
        ),
        figure(73, "69% CP visits", "month 2015-10"),
        Line(74, "98% of LAC visits", "point_in_time 2015-10", (), (value(),)),
        Line(75, "High caseloads", "point_in_time 2015-10", because=NO_NUMBER),
        Line(
            76, "target staff ratio", "point_in_time 2015-11", (),
            (Read("milestone", "comparator_value", "comparator"),),
        ),
        figure(77, "Have reduced financial", "point_in_time 2015-10"),
        Line(
            78, "Ratio for Permanent : Agency", "point_in_time 2015-11", ("point_in_time 2014-09 value",),
            (Read("from:September 2014", "comparator_value", "value"),),
        ),
        Line(
            79, "Ratio for Agency social workers", "point_in_time 2015-11", ("point_in_time 2015-11 value",),
            against("from:September 2014", comparator_value="comparator", judgement="better"),
        ),
        Line(80, "3 overseas", "month 2015-10", because=SINCE_SEPTEMBER_2014),
        Line(81, "8 additional", "month 2015-10", because=SINCE_SEPTEMBER_2014),
        Line(82, "8 NQSW", "month 2015-10", because=SINCE_SEPTEMBER_2014),
        Line(83, "10 permanent", "month 2015-10", because=SINCE_JANUARY_2015),
        Line(
            84, "1 overseas worker", "point_in_time 2015-11",
            because="people yet to start are no rate: they enter by the start_date of their assignments",
        ),
        Line(
            85, "3 potential", "point_in_time 2015-11",
            because="people yet to start are no rate: they enter by the start_date of their assignments",
        ),
    ),
)  # fmt: skip

REPORTS = (RUTLAND, ROTHERHAM, PETERBOROUGH, NOTTINGHAMSHIRE, HEREFORDSHIRE)
