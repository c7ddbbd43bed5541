"""The sentences of a report: each is made from the row its table is made from, or is the release's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ingest.contracts.return_schema import load_formats
from ingest.warehouse.months import STATES
from publication.formatting import format_value, month_words
from publication.reports.figures import Held, Line, Missing, Point, Report
from publication.reports.tables import COLOURS, SIGNALS

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BASES = {"month": "in the month", "point_in_time": "at the month end", "rolling_12_months": "in 12 months"}
SYMBOLS = {"c": "Hidden", "low": "Rounds to nothing", "x": "Not available", "z": "Nobody to count"}
UNITS = {"per_10k": " per 10,000 children", "days": " days", "fte": " full-time equivalents"}
TOO_FEW = "There are too few months to tell."
AT_MOST = 6  # of each kind of headline, so that all fit on one page
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


@dataclass(frozen=True)
class Headlines:
    """One kind of headline: what it answers, its sentences, and what to say of those left out."""

    heading: str
    about: str
    sentences: Sequence[Headline]
    more: str | None = None


def headlines(report: Report) -> list[Headlines]:
    """The first page: what is held back, what changed, what is a signal, what is off target, what is missing.

    The public pack judges nothing, so its edition says what is hidden and what is not available.
    """
    if report.edition == "public":
        return [_hidden(report, *kind) for kind in HIDDEN]
    held = [_held(report)] if report.held else []
    withheld = [line for line in report.lines if line.value_status == "withheld"]
    last_good = [_last_good(report, withheld)] if withheld else []
    return [*held, *last_good, _changed(report), _signals(report), _off_target(report), _missing(report)]


def _held(report: Report) -> Headlines:
    """What holds figures back, the doubt that holds most first, each with what frees them."""
    return _first(
        "What is held back",
        "Figures that rest on something in doubt. They are not given until it is mended or answered for.",
        "Nothing.",
        [Headline(_held_words(held)) for held in report.held],
        "in the error report",
    )


def _held_words(held: Held) -> str:
    figures = f"{held.figure_count} figure{'' if held.figure_count == 1 else 's'}"
    stand = (
        f" The figures of an earlier return stand for {held.earlier_figure_count} of them."
        if held.earlier_figure_count
        else ""
    )
    said = _as_sentence(held.ground_sentence)
    return f"{figures}. {said}{stand} To mend it: {held.suggested_action}."


def _as_sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _last_good(report: Report, withheld: Sequence[Line]) -> Headlines:
    """The figure of the newest month that has one, for each that is held back with none in its place."""
    found = [
        _headline(line, f"{line.cell(line.last_good.value).text} in {month_words(line.last_good.month)}")
        for line in withheld
        if line.last_good
    ]
    return _first(
        "Last good figures",
        f"What was last given of the {len(withheld)} figures of {month_words(report.month)} withheld.",
        "No earlier month has one of them.",
        found,
    )


HIDDEN = (
    ("c", "What is hidden", "hidden, as they could tell of a child"),
    (
        "left_out",
        "What is left out",
        "left out, as they could tell of a child beside what was published",
    ),
    ("x", "What is not available", "not available, as nothing was submitted or the records are too short"),
)


def _hidden(report: Report, symbol: str, heading: str, why: str) -> Headlines:
    found = [line for line in report.lines if line.value_status == symbol]
    return _first(
        heading,
        f"Of {len(report.lines)} figures, those that are {why}. They are shown as {symbol}.",
        "There is none.",
        [Headline(symbol, line.title, line.indicator_id) for line in found],
    )


def details(line: Line) -> list[tuple[str, str]]:
    """What is said of one indicator, each with its label; the year to date last."""
    said = [(label, line.beside[name].words) for name, label in SAID if name in line.beside]
    if line.held_by:
        stand = "" if line.value is None else " What stands here is the figure of an earlier return."
        said.insert(0, ("Held back", _as_sentence(line.held_by) + stand))
    last_year = line.beside_to_date.get("same_month_last_year")
    return [*said, ("Year to date", last_year.words)] if last_year else said


def _headline(line: Line, words: str) -> Headline:
    return Headline(words, line.title, line.indicator_id)


def _first(
    heading: str, about: str, none: str, found: Sequence[Headline], where: str = "in the tables"
) -> Headlines:
    left = len(found) - AT_MOST
    return Headlines(
        heading,
        about,
        found[:AT_MOST] or [Headline(none)],
        f"And {left} more, {where}." if left > 0 else None,
    )


def _changed(report: Report) -> Headlines:
    """The largest changes, by how far each indicator moves from one month to the next as a rule."""
    moved = sorted(
        (
            (abs(line.change.difference or 0) / line.last.moving_range, line)
            for line in report.lines
            if line.change and line.last and line.last.moving_range
        ),
        key=lambda pair: -pair[0],
    )
    found = [_headline(line, line.change.words) for size, line in moved if line.change and size >= 1]
    return _first(
        "What changed",
        "The largest changes since last month, measured by how far each figure moves as a rule.",
        "No figure moved further than it does as a rule." if moved else TOO_FEW,
        found,
    )


def _signals(report: Report) -> Headlines:
    """What changed against the months before; whether that is good is for the targets to say."""
    found = [line for line in report.lines if line.is_signal and "signal" in line.beside]
    is_any_judged = any(line.is_signal or line.variation == "common_cause" for line in report.lines)
    return _first(
        "What is a signal",
        "Figures that differ from those before by more than chance makes of it. The rest is noise.",
        "No figure is outside its usual range." if is_any_judged else TOO_FEW,
        [_headline(line, line.beside["signal"].words) for line in found],
    )


def _off_target(report: Report) -> Headlines:
    """Red first, then amber."""
    judged = [(line, line.goal) for line in report.lines if line.goal and line.goal.judgement in COLOURS]
    found = [
        _headline(line, goal.words)
        for colour in ("red", "amber")
        for line, goal in judged
        if goal.judgement == colour
    ]
    return _first(
        "What is off target",
        f"Of {len(judged)} figures with a target or an agreed band, those that are red or amber.",
        "Every figure that has a target meets it." if judged else "No figure has a target.",
        found,
    )


def _missing(report: Report) -> Headlines:
    silent = [line for line in report.lines if line.is_missing]
    found = [Headline(_missing_words(missing)) for missing in report.missing]
    if silent:
        is_one = len(silent) == 1
        found.append(
            Headline(
                f"{len(silent)} figure{'' if is_one else 's'} of {month_words(report.month)} "
                f"{'is' if is_one else 'are'} not submitted. {'It is' if is_one else 'They are'} "
                f"not zero: {', '.join(line.title for line in silent[:AT_MOST])}"
                f"{' and others' if len(silent) > AT_MOST else ''}."
            )
        )
    short = [line for line in report.lines if line.value_status in ("insufficient_history", "no_population")]
    found += [
        _headline(line, "no figure, as there is no population on file")
        if line.value_status == "no_population"
        else _headline(line, "no figure, as the records do not go back far enough")
        for line in short
    ]
    found += [
        Headline(f"A comment was written for {name}, which is not an indicator. It is not shown.")
        for name in report.stray_comments
    ]
    return _first(
        "What is missing",
        "Returns that did not come or could not be read, and the figures that wait for them.",
        "Every return came. What of it is in doubt stands under What is held back."
        if report.held
        else f"Nothing: every return of {month_words(report.month)} came and could be read.",
        found,
    )


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
    if line.unit == "percent" and line.numerator is not None and line.denominator is not None:
        counted, out_of = (format_value(part, "count") for part in (line.numerator, line.denominator))
        return f"{cell.text} {when} ({counted} of {out_of})"
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
