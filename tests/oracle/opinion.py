"""Every answer owed, counted again: one row by authority, indicator, basis, period and breakdown."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from .archive import Archive, Reference
from .calendar import financial_year_start, first_day, last_day, month_number, month_of
from .casebook import Casebook
from .indicators import FLOWS, PERIODS, STOCKS, Count, Event
from .indicators.register import Number
from .indicators.workforce import BANDS, teams
from .law import CODES, INDICATORS, Indicator

ALL = "all"
REPORTED_ONLY = "partner_cp_activity_change"

COLUMNS = [
    "la_code",
    "indicator_id",
    "period_basis",
    "period_end",
    "breakdown_type",
    "breakdown_value",
    "numerator",
    "denominator",
    "value",
    "value_status",
]


class Choice(NamedTuple):
    question: str
    chosen: str
    why: str


# Where the law left room. Each is a place to look when the product and this computation differ.
CHOICES = [
    Choice(
        "Which posts are 'in scope' at D for vacancies, agency and permanent shares, and the turnover base?",
        "Role SW or SSW and funded at D: established_from empty or <= D, established_to empty or > D.",
        "counting.csv names only the roles, but returns.csv says a post is funded from and until; counting a"
        " post after its funding ended would invent a vacancy. Starters and leavers go by role alone.",
    ),
    Choice(
        "late_meetings_by_reason needs icpc_15wd_pct, but s47_enquiries is not among its required returns.",
        "s47_enquiries is read as an optional return is: newest of any age; absent = no enquiry found.",
        "The rule must be evaluated and the status rule may not ask for more than returns_required names.",
    ),
    Choice(
        "Does a review that its indicator leaves out (no due date, cancelled) 'fail' it?",
        "No: only a meeting in the denominator and not in the numerator fails.",
        "A test that was never sat is not failed.",
    ),
    Choice(
        "Does 'judged at A' add '<= A' to rules that do not write it (screened_date, health checks)?",
        "No: the formula as written, even where a later snapshot of another return goes beyond A.",
        "Where A matters the formula says so.",
    ),
    Choice(
        "NEW_REFERRAL_FLAG other than Y or N ('y', true, 'Yes')?",
        "Absent means no object, no such key, JSON null or an empty string; otherwise exactly 'Y' counts.",
        "counting.csv compares with 'Y', and the inside of an object is not a cell that code rules apply to.",
    ),
    Choice(
        "What may follow the day in a date cell?",
        "Nothing, or a space or T and a time (h:mm, seconds and zone optional). Day and month have two"
        " digits, the year four. Anything else is unreadable.",
        "A time part is dropped; '2024-05-01 or so' is a guess.",
    ),
    Choice(
        "How are numbers read?",
        "One sign at most, before or after the pound sign; commas anywhere among the digits; no exponent;"
        " '3.0' is whole and reads as 3 in an integer field.",
        "The law lists what is allowed; a whole number is whole however it is printed.",
    ),
    Choice(
        "What is trimmed from a cell, and what is a blank line?",
        "All Unicode white space. A line of nothing but white space is blank; a line of bare commas is a row"
        " (and is left out, its key being null).",
        "Excel leaves non-breaking spaces. Both readings of bare commas count the same.",
    ),
    Choice(
        "What of a quote that never closes, or a line that ends in a bare carriage return?",
        "Read as Python's csv module reads them: the cell runs on to the end of the file; the line ends.",
        "The law is silent. A product that rejects such a file will differ.",
    ),
    Choice(
        "Which folders are authorities and months?",
        "Names of three digits inside names YYYY-MM with a month 01 to 12; a folder counts even if empty.",
        "la_code is the three-digit DfE code.",
    ),
    Choice(
        "Which indicator_returns row 'has the figure'?",
        "The newest month's row with the key and breakdown 'all' (exact text), if it gives a value, or a"
        " numerator and a denominator other than 0, or a numerator where there is no denominator rule. If"
        " that row is empty no older one is tried.",
        "A row with neither prints nothing; the newest word on a key supersedes the older ones.",
    ),
    Choice(
        "Can a breakdown row be 'reported'?",
        "No: it keeps not_submitted or insufficient_history while its total is reported.",
        "Section 7 uses indicator_returns with breakdown = all.",
    ),
    Choice(
        "Which teams are owed in wf_caseload_total?",
        "The teams of all SW rows of the source snapshot, in every period for which involvements is usable;"
        " none in a period that is not_submitted.",
        "House decision; 'not submitted' is read period by period.",
    ),
    Choice(
        "no_cases with a numerator that is not 0 (adopter_sufficiency, wf_turnover_rate)?",
        "Numerator 0, as the status table prints it.",
        "Literal; note that it hides children waiting when no family is available.",
    ),
    Choice(
        "A rate with a population of 0?",
        "no_population.",
        "The zero-denominator rule names percent, days and ratio only, and nothing can be divided by 0.",
    ),
    Choice(
        "Care leavers, completed checks, placements for adoption: rows or children?",
        "Rows, wherever the rule does not say distinct or children.",
        "adopt_placed_count says 'Rows'; the return is one row per young person.",
    ),
    Choice(
        "care_entry: over which episodes?",
        "All rows of the child and period of care in the snapshot, whatever D.",
        "As written: the period of care has one entry.",
    ),
    Choice(
        "What may a visit requirement's kind, or a targets row, be when several tie?",
        "They cannot: the key makes from_date unique within child and kind, and within authority and"
        " indicator.",
        "No tie rule is needed.",
    ),
    Choice(
        "History test: which return?",
        "The lead return's extract_coverage row only, from the month that the lead is read from.",
        "value_status table: 'history_from of the lead return'.",
    ),
    Choice(
        "wf_caseload_band_pct over all, cp_category_pct over all?",
        "All case-holding workers over themselves (100 or no_cases); children with a category over cp_open.",
        "House decision.",
    ),
    Choice(
        "Working days before 2005 and next_wd of such a day?",
        "Every earlier day stands for 1 January 2005, whose next working day is 4 January 2005.",
        "As written, though a screening date before 2005 is then compared with 2005.",
    ),
    Choice(
        "Text of financial_year and return_name: any case or other spellings?",
        "Exact text ('2024-25', 'cp_plans').",
        "Text is compared exactly.",
    ),
    Choice(
        "Resubmitted files: which version?",
        "The file at the path. If it is rejected, the return counts as not submitted for that month.",
        "The raw tree holds no earlier version. The product keeps an accepted one: compare with care.",
    ),
    Choice(
        "cla_reentry_12m_pct: must the earlier period of care have begun before this start?",
        "No: only where its greatest ceased date lies is asked. Its last row is the one that starts latest.",
        "As written; rows that tie share their start, which is all that is asked of the last.",
    ),
    Choice(
        "Is a row of immigration_statuses or ehcp_active_plans whose end is before its start left out?",
        "The pairs of section 4 do not name them, so it stays; it is live on no day and counts nowhere.",
        "Both readings count the same.",
    ),
    Choice(
        "What are the labels of the disability codes?",
        "Those that the CIN census prints, shortened; a cell with another label is unreadable.",
        "The law lists the codes alone. A product that words them otherwise may differ on such a cell.",
    ),
    Choice(
        "missing_3plus_children: spells that start on one day, or that overlap?",
        "Each row is a spell.",
        "missing_episodes counts rows, and this counts children by them.",
    ),
    Choice(
        "Breakdowns: what is written of a team or service breakdown that is not_submitted?",
        "No row: a closed list is written whole as not_submitted, and of an open one no value is known.",
        "As wf_caseload_total by team; 'where there is anything in numerator or denominator'.",
    ),
    Choice(
        "A team whose starts and ends cancel out in a net change?",
        "Not written: its numerator is 0 and there is no denominator. Nor one that is only in the denominator"
        " of a count that has none.",
        "'Anything in numerator or denominator' is asked of the two numbers as they are published.",
    ),
    Choice(
        "A referral, assessment, enquiry or conference without a team of its own?",
        "That of the child's social worker; not_recorded where the involvements are absent.",
        "'If filled. All else: the team of the child's involvement.' The parts must sum to the whole.",
    ),
    Choice(
        "A record that says its own need, and says none?",
        "not_recorded: no other episode is asked.",
        "'Its own code' has no 'if filled', as the team has.",
    ),
    Choice(
        "cla_review_intime_pct where cla_episodes is absent?",
        "Every breakdown of it is not_submitted, since each needs the child.",
        "Only the breakdown reads cla_episodes there. 'None: not_recorded' is of a period that is not in it.",
    ),
    Choice(
        "Breakdowns: 'the newest accepted file up to the snapshot'?",
        "Up to the view, as returns_optional are read, also where the whole is read from an older month.",
        "The view is what was known.",
    ),
    Choice(
        "A whole that is no_cases or no_population: has it parts?",
        "Yes, all of a closed list, with the like status. None where it is not_submitted, reported or without"
        " history.",
        "'Not given' is said of a figure that the records do not give.",
    ),
    Choice(
        "A team that is its own parent in departments?",
        "A circle: its service is not_recorded, and so is that of the teams below it.",
        "As written, though some systems mark their top in that way.",
    ),
    Choice(
        "A child without a date of birth but with an expected one in the past?",
        "Unborn.",
        "'None but an expected one', whatever the day.",
    ),
    Choice(
        "A placement that touches the day and has no type: is an earlier one asked?",
        "No: the latest decides, and says not_recorded. So too with an involvement without a team.",
        "The law says so of the team; the placement is read in the same words.",
    ),
    Choice(
        "Derived: is a month of a count there whose total was entered as a value alone?",
        "Yes: what has no denominator is its own numerator. A share as a value alone is not.",
        "value = numerator where there is no denominator (counting.md).",
    ),
    Choice(
        "Derived: is a month itself the sum of its one month, where it was entered as 0 of 0?",
        "Yes: no_cases, as its quarter is.",
        "As written; the entry gives no figure, and says that there were none.",
    ),
    Choice(
        "Derived: may plans started and ended, of which the net change is made, be entered for its period?",
        "Yes, entered, counted or derived.",
        "'Of the same period (these may be derived)'.",
    ),
]


class Tally:
    """A flow's events by cell, sorted, so that any period is two look-ups."""

    def __init__(self, events: Iterable[Event]) -> None:
        by_cell: dict[str, list[tuple[int, Number, Number]]] = defaultdict(list)
        for event in events:
            if event.counted_on is not None:
                counted = (event.counted_on, event.numerator, event.denominator)
                by_cell[ALL].append(counted)
                if event.cell is not None:
                    by_cell[event.cell].append(counted)
        self._cells = {}
        for cell, counted_events in by_cell.items():
            counted_events.sort()
            days = [day for day, _, _ in counted_events]
            numerators = [0, *accumulate(numerator for _, numerator, _ in counted_events)]
            denominators = [0, *accumulate(denominator for _, _, denominator in counted_events)]
            self._cells[cell] = (days, numerators, denominators)

    def between(self, cell: str, first: int, last: int) -> tuple[Number, Number]:
        if cell not in self._cells:
            return 0, 0
        days, numerators, denominators = self._cells[cell]
        start, stop = bisect_left(days, first), bisect_right(days, last)
        return numerators[stop] - numerators[start], denominators[stop] - denominators[start]


class Answer(NamedTuple):
    numerator: Number | None
    denominator: Number | None
    value: Number | None
    status: str


def bases_of(book: Casebook, indicator: Indicator, month: int) -> tuple[str, ...]:
    """The bases of a month: of flows that have a year to date also since a month, where one is named."""
    bases = indicator.bases_at(month)
    return bases if book.since(indicator, month) is None else (*bases, "since")


def first_month_of(book: Casebook, indicator: Indicator, basis: str, month: int) -> int:
    match basis:
        case "since":
            named = book.since(indicator, month)
            assert named is not None, f"{indicator.id} has no month named"
            return named
        case "month" | "point_in_time":
            return month
        case "quarter":
            return month - 2
        case "year_to_date":
            return financial_year_start(month)
        case "rolling_12_months":
            return month - 11
    raise ValueError(f"no such basis: {basis!r}; the law has six, see counting.md and counting_more.md")


def cells_of(book: Casebook, indicator: Indicator) -> list[str]:
    """The breakdown values owed besides the total."""
    match indicator.breakdowns:
        case "all" | "counting_more":  # those of counting_more.md are worked out in breakdowns.py
            return []
        case "band":
            return list(BANDS)
        case "invo_professional_team":
            return teams(book)
        case "kind_code x reason_code":
            return [f"{kind}|{reason}" for kind in CODES["meeting_kind"] for reason in CODES["late_reason"]]
        case code_list:
            return list(CODES[code_list])


def why_records_cannot_say(book: Casebook, indicator: Indicator, month: int, first: int) -> str | None:
    if indicator.id == REPORTED_ONLY:
        return "not_submitted"
    if not all(book.is_usable(return_name, month) for return_name in indicator.required):
        return "not_submitted"
    if indicator.needs_history:
        complete_from = book.history_from(indicator.lead)
        # The net change in care needs the stock on the eve of the period.
        looks_back = 1 if indicator.id == "cla_net_change" else indicator.lookback_days
        if complete_from is not None and first - looks_back < complete_from:
            return "insufficient_history"
    return None


def reported_answer(book: Casebook, indicator: Indicator, basis: str, last: int) -> Answer | None:
    row = book.reported(indicator, basis, last)
    if row is None:
        return None
    numerator, denominator, value = row["numerator"], row["denominator"], row["value"]
    if value is None and numerator is not None:
        if not indicator.has_denominator:
            value = numerator
        elif denominator:
            value = indicator.scale * numerator / denominator
    return None if value is None else Answer(numerator, denominator, value, "reported")


def answer(
    indicator: Indicator, numerator: Number | None, denominator: Number | None, population: int | None
) -> Answer:
    if not indicator.has_denominator:
        return Answer(numerator, None, numerator, "calculated")
    if indicator.is_rate:
        if not population:
            return Answer(numerator, None, None, "no_population")
        denominator = population
    if not denominator:
        return Answer(0, 0, None, "no_cases")
    assert numerator is not None, f"{indicator.id} has a denominator and nothing to divide"
    return Answer(numerator, denominator, Fraction(indicator.scale) * numerator / denominator, "calculated")


def median_answer(count: Count) -> Answer:
    return Answer(None, count.denominator, count.value, "calculated" if count.denominator else "no_cases")


def _difference(more: Number | None, less: Number | None) -> Answer | None:
    return None if more is None or less is None else Answer(more - less, None, more - less, "derived")


class Opinion:
    """One authority's answers in one view."""

    def __init__(self, book: Casebook) -> None:
        self._book = book
        self._tallies: dict[str, Tally] = {}

    def answers(self, indicator: Indicator, basis: str, month: int) -> Iterator[tuple[str, str, Answer]]:
        book = self._book
        first, last = first_day(first_month_of(book, indicator, basis, month)), last_day(month)
        silence = why_records_cannot_say(book, indicator, month, first)
        if silence is not None:
            nothing = Answer(None, None, None, silence)
            entered = reported_answer(book, indicator, basis, last)
            yield ALL, ALL, entered or self._derived(indicator, basis, month) or nothing
            # Which teams there are is known from the involvements, so without them there are none.
            is_known = indicator.breakdowns != "invo_professional_team"
            for cell in cells_of(book, indicator) if is_known else []:
                yield indicator.breakdowns, cell, nothing
            return

        cells = cells_of(book, indicator)
        count = self._count(indicator, cells, first, last)
        if count.numerator is None:
            yield ALL, ALL, median_answer(count)
            return
        population = book.reference.population(book.la_code, last) if indicator.is_rate else None
        yield ALL, ALL, answer(indicator, count.numerator, count.denominator, population)
        for cell in cells:
            numerator, denominator = count.cells[cell]
            yield indicator.breakdowns, cell, answer(indicator, numerator, denominator, population)

    # Derived figures: counting_more.md, "Bases"

    def _derived(self, indicator: Indicator, basis: str, month: int) -> Answer | None:
        months = range(first_month_of(self._book, indicator, basis, month), month + 1)
        if indicator.id == "cla_net_change":
            ends = [self._open_at(last_day(month)), self._open_at(first_day(months[0]) - 1)]
            return _difference(*ends)
        if indicator.id not in FLOWS or indicator.is_rate or indicator.id == REPORTED_ONLY:
            return None
        parts = [self._of_month(indicator, each) for each in months]
        known = [part for part in parts if part is not None]
        if len(known) == len(parts):
            numerator = sum(numerator for numerator, _ in known)
            if not indicator.has_denominator:
                return Answer(numerator, None, numerator, "derived")
            denominator = sum(denominator or 0 for _, denominator in known)
            if not denominator:
                return Answer(0, 0, None, "no_cases")
            value = Fraction(indicator.scale) * numerator / denominator
            return Answer(numerator, denominator, value, "derived")
        if indicator.id == "cp_net_change":
            plans = [INDICATORS["cp_started"], INDICATORS["cp_ended"]]
            return _difference(*(self._numerator(each, basis, months) for each in plans))
        return None

    def _of_month(self, indicator: Indicator, month: int) -> tuple[Number, Number | None] | None:
        """The two numbers of a month that may be added up, counted or else entered."""
        first, last = first_day(month), last_day(month)
        if why_records_cannot_say(self._book, indicator, month, first) is None:
            count = self._count(indicator, [], first, last)
            assert count.numerator is not None, f"{indicator.id} does not add up"
            return count.numerator, count.denominator
        row = self._book.reported(indicator, "month", last)
        if row is None:
            return None
        if not indicator.has_denominator:
            numerator = row["value"] if row["numerator"] is None else row["numerator"]
            return None if numerator is None else (numerator, None)
        numerator, denominator = row["numerator"], row["denominator"]
        if numerator is None or denominator is None or (not denominator and numerator):
            return None
        return numerator, denominator

    def _numerator(self, indicator: Indicator, basis: str, months: range) -> Number | None:
        month = months[-1]
        if basis == "since" and self._book.since(indicator, month) != months[0]:
            parts = [self._of_month(indicator, each) for each in months]
            known = [part[0] for part in parts if part is not None]
            return sum(known) if len(known) == len(parts) else None
        [said] = [said for _, cell, said in self.answers(indicator, basis, month) if cell == ALL]
        return said.value if said.numerator is None else said.numerator

    def _open_at(self, day: int) -> Number | None:
        """Children looked after at the end of a day: counted where the history reaches it, else entered."""
        book, indicator, month = self._book, INDICATORS["cla_open"], month_of(day)
        complete_from = book.history_from(indicator.lead)
        if why_records_cannot_say(book, indicator, month, first_day(month)) is None and (
            complete_from is None or day >= complete_from
        ):
            return STOCKS["cla_open"](book, day).numerator
        row = book.reported(indicator, "point_in_time", day)
        if row is None:
            return None
        return row["value"] if row["numerator"] is None else row["numerator"]

    def _count(self, indicator: Indicator, cells: list[str], first: int, last: int) -> Count:
        if indicator.id in STOCKS:
            return STOCKS[indicator.id](self._book, last)
        if indicator.id in PERIODS:
            return PERIODS[indicator.id](self._book, first, last)
        # Two indicators may share a rule, and then share its events.
        rule = FLOWS[indicator.id]
        if rule.__name__ not in self._tallies:
            self._tallies[rule.__name__] = Tally(rule(self._book))
        tally = self._tallies[rule.__name__]
        numerator, denominator = tally.between(ALL, first, last)
        return Count(numerator, denominator, {cell: tally.between(cell, first, last) for cell in cells})


def owed(
    raw: Path, reference: Path, view: str, periods: Sequence[str] | None = None
) -> Iterator[tuple[Casebook, list[int]]]:
    """Each authority as the view knows it, and the months asked for of those that it owes."""
    view_month = month_number(view)
    archive = Archive(raw)
    kept = Reference(reference, as_at=date.fromordinal(last_day(view_month)))
    wanted = None if periods is None else {month_number(period) for period in periods}
    for la_code, first_owed in archive.first_months(view_month).items():
        months = range(first_owed, view_month + 1)
        yield (
            Casebook(archive, kept, la_code, view_month),
            [month for month in months if wanted is None or month in wanted],
        )


def figures(raw: Path, reference: Path, view: str, periods: Sequence[str] | None = None) -> pd.DataFrame:
    """What was known when the view month was reported, for the periods given or for every month owed."""
    return frame_of(
        (book.la_code, indicator.id, basis, month, *part)
        for book, months in owed(raw, reference, view, periods)
        for opinion in [Opinion(book)]
        for month in months
        for indicator in INDICATORS.values()
        for basis in bases_of(book, indicator, month)
        for part in opinion.answers(indicator, basis, month)
    )


def frame_of(found: Iterable[tuple[str, str, str, int, str, str, Answer]]) -> pd.DataFrame:
    """Rows of authority, indicator, basis, month, breakdown, its value and what is answered."""
    rows = [
        (
            *(la_code, indicator_id, basis, date.fromordinal(last_day(month)), breakdown_type, cell),
            *map(_as_float, said[:3]),
            said.status,
        )
        for la_code, indicator_id, basis, month, breakdown_type, cell, said in found
    ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.astype(dict.fromkeys(["numerator", "denominator", "value"], "float64"))


def _as_float(number: Number | None) -> float | None:
    return None if number is None else float(number)
