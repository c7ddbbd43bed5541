"""The sentences of a report: each is made from the row its table is made from, or is the release's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.contracts.return_schema import load_formats
from ingest.warehouse.months import STATES
from publication.formatting import format_value, month_words
from publication.reports.figures import Beside, Held, Line, Missing, Point, Report, Theme
from publication.reports.tables import COLOURS, SIGNALS, goal_words, milestone_words

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BASES = {
    "month": "in the month",
    "point_in_time": "at the month end",
    "rolling_12_months": "in 12 months",
    "quarter": "in the quarter",
    "year_to_date": "in the year to date",
}
SYMBOLS = {"c": "Hidden", "low": "Rounds to nothing", "x": "Not available", "z": "Nobody to count"}
UNITS = {"per_10k": " per 10,000 children", "days": " days", "fte": " full-time equivalents"}
PERIODS = {
    "month": "in",
    "point_in_time": "at the end of",
    "rolling_12_months": "in the 12 months to",
    "quarter": "in the quarter to",
    "year_to_date": "in the year to date, to",
}
WORTH_SAYING = 6  # months since a figure was as high or low, below which it is not told
SAID = (
    ("target", "Target"),
    ("limits", "Agreed band"),
    ("milestone", "Milestone"),
    ("previous_month", "Since last month"),
    ("same_month_last_year", "Since last year"),
    ("signal", "Signal"),
    ("last_as_high_or_low", "Record"),
    ("england", "England"),
    ("neighbours_mean", "Neighbours"),
    ("own_peers_mean", "Own peers"),
    ("rank_england", "Rank"),
)


@dataclass(frozen=True)
class Headline:
    """One sentence: what is said, and the indicator that it is said of where there is one."""

    words: str
    title: str | None = None
    indicator_id: str | None = None

    @property
    def sentence(self) -> str:
        return f"{self.title}: {self.words}" if self.title else self.words


def headlines(report: Report) -> list[Headline]:
    """What is said first, at most six sentences; see rpt_headlines. None of the public pack."""
    return [
        Headline(statement(told.line, told.headline_kind), told.line.title, told.line.indicator_id)
        for told in report.headlines
    ]


def no_headline(report: Report) -> str:
    """What stands where there is no headline."""
    if report.edition == "public":
        shown = sum(line.value is not None for line in report.lines)
        return f"{shown} of the {len(report.lines)} figures of this report can be shown."
    return (
        "No figure is off its target, has changed against the months before, or is the highest or lowest "
        "for a year."
    )


def statement(line: Line, headline_kind: str = "") -> str:
    """One sentence on a figure: the number, which way it went, since when, and against whom.

    No difference is told beside two figures, as the three are rounded each by itself and might not add up.
    """
    if line.value is None:
        return f"{figure_words(line)}."
    said = [f"{_counted(line)} {_when(line)}"]
    if headline_kind.startswith("signal"):
        said.append(f"a change: {line.variation} than in the months before")
        if _goes(line) == line.variation:
            said.append(_change_words(line))
    else:
        said.append(_change_words(line))
        said.append(_record_words(line))
    said.append(_milestone_words(line) if headline_kind.startswith("milestone") else _goal_words(line))
    sentence = ", ".join(part for part in said if part)
    peers = _peers_words(line)
    return f"{sentence}{f'; {peers}' if peers else ''}."


def _counted(line: Line) -> str:
    """The figure with the count beside a share: 26 of 32, 81.3%. Of fewer than ten the count alone."""
    cell = line.cell(line.value, line.value_status)
    parts = _parts(line)
    if parts is None:
        return f"{cell.text}{UNITS.get(line.unit, '')}"
    return parts if line.is_few else f"{parts}, {cell.text}"


def _parts(line: Line) -> str | None:
    """What a share was worked out from, where both are known: 26 of 32."""
    if line.unit != "percent" or line.numerator is None or line.denominator is None or line.can_be_negative:
        return None
    counted, out_of = (format_value(part, "count") for part in (line.numerator, line.denominator))
    return f"{counted} of {out_of}"


def _when(line: Line) -> str:
    month = month_words(line.last.month) if line.last else ""
    return f"{PERIODS[line.period_basis]} {month}".rstrip()


def _earlier(line: Line) -> Beside | None:
    """What its way is told by: the month before, or the same time last year where there is none."""
    found = line.beside.get("previous_month") or line.beside.get("same_month_last_year")
    return found if found and found.judgement != "not_comparable" and found.value is not None else None


def _goes(line: Line) -> str | None:
    """Which way the figure went by what is shown of it: higher, lower, or level where both read alike."""
    earlier = _earlier(line)
    if earlier is None or earlier.value is None or line.value is None:
        return None
    if earlier.judgement == "level" or line.cell(line.value).text == line.cell(earlier.value).text:
        return "level"
    return "higher" if line.value > earlier.value else "lower"


def _change_words(line: Line) -> str:
    earlier, goes = _earlier(line), _goes(line)
    if earlier is None or earlier.value is None or earlier.period_end is None or goes is None:
        return ""
    before = f"{line.cell(earlier.value).text} in {month_words(earlier.period_end)}"
    if goes == "level":
        return "level with " + before
    return f"{'up' if goes == 'higher' else 'down'} from {before}"


def _record_words(line: Line) -> str:
    """The highest or lowest for half a year at least, where the way it went says so too."""
    record = line.beside.get("last_as_high_or_low")
    if record is None or record.period_end is None or (record.month_count or 0) < WORTH_SAYING:
        return ""
    if _goes(line) not in (None, {"highest": "higher", "lowest": "lower"}[str(record.judgement)]):
        return ""
    return f"the {record.judgement} since {month_words(record.period_end)}"


def _goal_words(line: Line) -> str:
    """How it stands against its target: missed by what is shown of it, or else narrowly."""
    goal = line.goal
    if goal is None or goal.judgement not in COLOURS:
        return ""
    of = "target" if "target" in line.beside else "agreed band"
    said = f"the {of} of {goal_words(line, goal)}"
    running = f" for {goal.month_count} months running" if (goal.month_count or 0) > 1 else ""
    if goal.judgement == "green":
        return f"meeting {said}{running}"
    bounds = {line.cell(bound).text for bound in (goal.value, goal.upper)}
    return f"{'narrowly ' if line.cell(line.value).text in bounds else ''}missing {said}{running}"


def _milestone_words(line: Line) -> str:
    milestone = line.beside.get("milestone")
    if milestone is None or milestone.period_end is None or milestone.value is None:
        return ""
    how = {
        "met": "which met",
        "missed": "and missed",
        "off_course": "off course for",
        "on_course": "on course for",
    }.get(str(milestone.judgement), "against")
    return f"{how} the milestone of {milestone_words(line, milestone)}"


def _peers_words(line: Line) -> str:
    """England's figure and the neighbours', or those chosen in their place, with their periods."""
    said = []
    for comparator, name in (("england", "England"), ("neighbours_mean", "neighbours")):
        peer = line.place(comparator)
        if peer and peer.value is not None and peer.period_end is not None:
            of = "to" if peer.chosen else "year to"
            when = f"{of} {month_words(peer.period_end)}"
            said.append((f"{peer.chosen or name} {line.cell(peer.value).text}", when))
    if not said:
        return ""
    if len({when for _, when in said}) == 1:
        return f"{', '.join(name for name, _ in said)} ({said[0][1]})"
    return ", ".join(f"{name} ({when})" for name, when in said)


def targets_met(report: Report) -> str:
    """How many of the figures with a target or a band meet it; nothing where none has one."""
    judged = [line.goal.judgement for line in report.lines if line.goal and line.goal.judgement in COLOURS]
    if not judged:
        return ""
    return f"{judged.count('green')} of the {len(judged)} targets and agreed bands of this report are met."


UNTOLD = {
    "not_submitted": "Not submitted",
    "no_cases": "No cases",
    "provisional": "No cases so far",
    "insufficient_history": "Records too short",
    "no_population": "No population on file",
    "c": "Hidden (c), as they could tell of a child",
    "left_out": "Left out, as they could tell of a child beside what was published",
    "low": "Rounds to nothing (low)",
    "x": "Not available (x), as nothing was submitted or the records are too short",
    "z": "Nobody to count (z)",
    "u": "Of low reliability (u)",
}


def untold(report: Report, theme: Theme) -> str:
    """One line for all figures of a section that are not there, each reason once; nothing where all are."""
    named: dict[str, list[str]] = {}
    for line in theme.untold:
        reason = UNTOLD.get(line.value_status, line.value_status.replace("_", " ").capitalize())
        named.setdefault(reason, []).append(line.title)
    if theme.absent:
        where = "Not in the public pack" if report.edition == "public" else "Not counted for this period"
        named[where] = list(theme.absent)
    return " ".join(f"{reason}: {'; '.join(titles)}." for reason, titles in named.items())


def held(theme: Theme) -> list[Headline]:
    """Each figure of a section that is held back, with the reason, and what was last given of it."""
    found = []
    for line in theme.told:
        if not line.held_by:
            continue
        stand = " What stands here is the figure of an earlier return." if line.value is not None else ""
        if line.value is None and line.last_good:
            last = line.cell(line.last_good.value).text
            stand = f" Last given: {last} in {month_words(line.last_good.month)}."
        found.append(
            Headline(f"held back. {_as_sentence(line.held_by)}{stand}", line.title, line.indicator_id)
        )
    return found


def behind(report: Report) -> list[str]:
    """What the figures wait for: doubts with what mends them, returns that did not come, stray comments."""
    return [
        *(_held_words(held) for held in report.held),
        *(_missing_words(missing) for missing in report.missing),
        *(
            f"A comment was written for {name}, which is not an indicator. It is not shown."
            for name in report.stray_comments
        ),
    ]


def _held_words(held: Held) -> str:
    figures = f"{held.figure_count} figure{'' if held.figure_count == 1 else 's'}"
    stand = (
        f" The figures of an earlier return stand for {held.earlier_figure_count} of them."
        if held.earlier_figure_count
        else ""
    )
    said = _as_sentence(held.ground_sentence)
    return f"{figures} held back. {said}{stand} To mend it: {held.suggested_action}."


def _as_sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."


def details(line: Line) -> list[tuple[str, str]]:
    """What is said of one indicator, each with its label; the year to date last."""
    said = [(label, line.beside[name].words) for name, label in SAID if name in line.beside]
    said += [(name, beside.words) for name, beside in line.local.items()]
    if line.held_by:
        stand = "" if line.value is None else " What stands here is the figure of an earlier return."
        said.insert(0, ("Held back", _as_sentence(line.held_by) + stand))
    last_year = line.beside_to_date.get("same_month_last_year")
    return [*said, ("Year to date", last_year.words)] if last_year else said


def _missing_words(missing: Missing) -> str:
    declared = load_formats().get(missing.return_name)
    about = f" ({declared.about.rstrip('.')})" if declared else ""
    if missing.submission_status == "rejected":
        return f"Refused: {missing.return_name}{about}: {missing.reason}."
    return f"Not submitted: {missing.return_name}{about}."


def figure_words(line: Line) -> str:
    """The figure by itself in words, with what a share was worked out from: 81.3% (26 of 32)."""
    cell = line.cell(line.value, line.value_status)
    when = BASES[line.period_basis]
    if line.value is None:
        named = f"{SYMBOLS[cell.text]} ({cell.text})" if cell.text in SYMBOLS else cell.text.capitalize()
        return f"{named} {when}"
    parts = _parts(line)
    if parts:
        return f"{cell.text} {when} ({parts})"
    return f"{cell.text}{UNITS.get(line.unit, '')} {when}"


def chart_words(line: Line) -> str:
    """What the chart of an indicator shows, for whoever does not see it. Some month has a figure."""
    points = [point for point in line.points if point.value is not None]
    given = [(point.value, point.month) for point in points if point.value is not None]
    (lowest, low_month), (highest, high_month) = min(given), max(given)
    said = [
        f"Line chart of {line.title}, {month_words(points[0].month)} to {month_words(points[-1].month)}: "
        f"lowest {format_value(lowest, line.unit)} in {month_words(low_month)}, "
        f"highest {format_value(highest, line.unit)} in {month_words(high_month)}, "
        f"latest {format_value(given[-1][0], line.unit)}."
    ]
    usual = _usual_words(line)
    if usual:
        said.append(usual)
    if any(point.value_status == "c" for point in line.points):
        said.append("Months that are hidden are not drawn.")
    signals = _signals_in_words(points)
    return " ".join([*said, *signals])


def spark_words(line: Line, points: Sequence[Point]) -> str:
    """What the small line of the scorecard shows, for whoever does not see it. Some month has a figure."""
    given = [(point.value, point.month) for point in points if point.value is not None]
    (lowest, low_month), (highest, high_month) = min(given), max(given)
    return (
        f"Lowest {format_value(lowest, line.unit)} in {month_words(low_month)}, "
        f"highest {format_value(highest, line.unit)} in {month_words(high_month)}"
    )


def _usual_words(line: Line) -> str | None:
    """What is expected, the usual range and whence, of the newest month that has them. None of too few."""
    for point in reversed(line.points):
        if point.expected is not None and point.lower is not None and point.upper is not None:
            lower, upper = (
                format_value(line.usual(limit), line.unit) for limit in (point.lower, point.upper)
            )
            return (
                f"Expected {format_value(point.expected, line.unit)}, usual range {lower} to {upper}. "
                f"Judged by {point.judged_by}."
            )
    return None


def _signals_in_words(points: Sequence[Point]) -> list[str]:
    found: dict[str, list[date]] = {}
    for point in points:
        if point.is_signal and point.variation:
            found.setdefault(point.variation, []).append(point.month)
    return [
        f"Marked {SIGNALS[variation].lower()}: {', '.join(month_words(month) for month in marked)}."
        for variation, marked in found.items()
    ]


def comments(line: Line) -> list[str]:
    """What the analyst says of the figure, a paragraph each, without what no page can show."""
    said = CONTROLS.sub("", line.commentary or "")
    return [paragraph.strip() for paragraph in said.splitlines() if paragraph.strip()]


RESTRICTED = (
    "Restricted: exact figures, small counts among them, from which children could be recognised. "
    "For the authority and its improvement board. Do not publish or forward."
)


def edition_words(report: Report) -> str:
    """Who may see this edition, at the head of every copy of it."""
    if report.edition == "public":
        return (
            "Public edition. Small counts are hidden to protect children: c stands for a figure that is "
            "hidden, and it may be any number."
        )
    return RESTRICTED


def cover(report: Report) -> list[str]:
    """What stands under the title: for whom the report is, what is asked of them, and who answers for it."""
    of = report.kind.cover
    asked = " ".join(one if one.endswith(".") else f"{one}." for one in of.recommendations)
    said = [
        report.kind.readers,
        f"Recommended: {asked}" if asked else "",
        "; ".join(
            f"{label}: {words}"
            for label, words in (
                ("Signed off by", of.signed_off_by),
                ("Contact", of.contact),
                ("Next publication", of.next_publication),
                ("Other formats", of.other_formats),
            )
            if words
        ),
    ]
    return [one for one in said if one]


def made_from(report: Report) -> str:
    """Which release and definitions stand behind the report, at the foot of every copy of it."""
    state = f", {STATES[report.month_state]}" if report.month_state else ""
    return (
        f"{report.la_name} ({report.la_code}), {month_words(report.month)}{state}, {report.edition} edition. "
        f"{release_words(report.release, report.commit)}"
    )


def release_words(release: int, commit: str) -> str:
    """Which release, and which version of the definitions."""
    return f"Made from release {release}, by the definitions of commit {commit[:12]}."


KEY = (
    "In the charts: the line is the month's figure, the plain line across is what the months before lead one "
    "to expect, dashes are the usual range, dots are the target. A triangle up is a change to higher than "
    "before, a triangle down to lower."
)
NOTES = (
    (
        "The month",
        "A month is still being collected until every return that is needed has come, then provisional, and "
        "final once a named person has closed it. Until then its figures may change. What comes later does "
        "not move the figures as first published, which stand beside those of now.",
    ),
    (
        "The figures",
        "Each figure is as the newest returns have it. A figure revised since it was first published is "
        "marked r. A figure is for the month, or for the month end where it counts what is open; rates per "
        "10,000 children are for 12 months where they count events.",
    ),
    (
        "Not submitted",
        "A return that did not come gives no figure: it says not submitted, and is never shown as zero. "
        "No cases means that the return came and nothing fell in the count.",
    ),
    (
        "Targets",
        "Green meets the target or lies in the agreed band; amber misses it by no more than the tolerance "
        "that was set with it; red misses it by more.",
    ),
    (
        "Since last month",
        "Better and worse are said where more or less is plainly better; otherwise higher and lower. No "
        "change is made of shares of very few cases, nor of very small counts.",
    ),
    (
        "Signals",
        "The newest 12 months are each set against the months before them. A signal is a month outside the "
        "usual range, the second of 3 close to one of its limits, or 12 months running on one side of what "
        "was. Each chart names its method: limits of shares and days are wider where cases are few, and "
        "what is open at a month end is judged by its change since the month before. Of figures that share "
        "most of their cases with the month before (look-backs, rolling 12 months) no signal is made. A "
        "signal says that something changed, never whether that is good: the colour beside the target does.",
    ),
    (
        "England, region and neighbours",
        "The newest figures that DfE has published, most of them for a whole year; neighbours are the mean "
        "of the statistical neighbours. The sentences by each chart name the year.",
    ),
)
PUBLIC_KEY = "In the charts: the line is the month's figure. A month that has none leaves a gap."


def key(report: Report) -> str:
    """How to read the charts of this edition."""
    return PUBLIC_KEY if report.edition == "public" else KEY


def notes(report: Report) -> Sequence[tuple[str, str]]:
    """What a reader of this edition needs to know, each note with its label."""
    if report.edition == "restricted":
        return NOTES
    from publication.public_pack.write import STATUSES

    return (
        (
            "The figures",
            "Each figure is as the public pack of the release prints it: a count of 1 to 5 is hidden, and so "
            "is a figure that would tell one. A figure is for the month, or for the month end where it "
            "counts what is open; rates per 10,000 children are for 12 months where they count events.",
        ),
        ("Symbols", " ".join(f"{symbol}: {said}" for symbol, said in STATUSES.items() if symbol != "shown")),
        (
            "England and region",
            "Added up from the returns of the authorities themselves, where every one of the area reports. "
            "Counts are rounded to 10.",
        ),
    )


REGION_NOTES = (
    (
        "Side by side",
        "Counts depend on the size of a place, so places are ranked on shares, rates, days and ratios alone. "
        "Equal figures share the better place.",
    ),
    (
        "Funnel",
        "The plain line is the figure of all authorities here together. Between the dashes lie 19 of 20 "
        "places that differ by chance alone, between the dots 499 of 500. A place outside is worth a "
        "question: it may differ in need or in recording as well as in practice.",
    ),
    (
        "Not submitted",
        "An authority whose return did not come has no figure and no place. It is never shown as zero.",
    ),
)
