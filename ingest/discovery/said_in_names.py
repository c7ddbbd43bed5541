"""The authority and the time that a file's or folder's name tells."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import PurePosixPath

from ingest.contracts.authorities import spellings
from ingest.contracts.dates import in_words
from ingest.contracts.findings import Finding
from ingest.discovery.misdirected_rows import known_authorities
from ingest.discovery.names import says_nothing_else

NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
YEAR, NUMBER = r"(?P<year>20\d{2})", r"(?P<month>0[1-9]|1[0-2])"
DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
FREE_DAY, FREE_NUMBER = r"(?P<day>[12]\d|3[01]|0?[1-9])", r"(?P<month>1[0-2]|0?[1-9])"
NAME = rf"(?<![a-z])(?P<name>{NAMES})[a-z]*"
SOME_YEAR, ORDINAL, GAP = r"(?P<year>20\d{2}|\d{2})", "(?:st|nd|rd|th)?", "[-_. ]*"
# of a clock, behind the day of an export
TIME = r"(?:[-_.t ]?(?:\d{6}|\d{2}[-.:]\d{2}[-.:]\d{2}|(?!20\d\d)\d{4})(?!\d))?"
DAY_FORMS = (
    rf"(?<!\d){YEAR}[-_. ]{NUMBER}[-_. ]{DAY}(?!\d)",  # 2025-03-31
    rf"(?<!\d){YEAR}{NUMBER}{DAY}(?!\d)",  # 20250331
    rf"(?<!\d){YEAR}{NUMBER}{DAY}(?=\d{{4}}(?:\d\d)?(?!\d))",  # 20250331071233
    rf"(?<!\d){YEAR}[-.]{FREE_NUMBER}[-.]{FREE_DAY}(?!\d)",  # 2025-3-31
    rf"(?<![a-z\d]){FREE_DAY}[-_. ]{FREE_NUMBER}[-_. ]{YEAR}(?!\d)",  # 31-03-2025
    rf"(?<!\d){DAY}{NUMBER}{YEAR}(?!\d)",  # 31032025
    # 31st March 2025
    rf"(?<![a-z\d]){FREE_DAY}{ORDINAL}{GAP}(?:of )?{NAME}{GAP}{SOME_YEAR}(?!\d|st|nd|rd|th)",
    rf"{NAME}{GAP}{FREE_DAY}{ORDINAL},?[-_. ]+{YEAR}(?!\d)",  # March 31st, 2025
    rf"(?<!\d){YEAR}{GAP}{NAME}{GAP}{FREE_DAY}(?!\d)",  # 2025 March 31
)
MONTH_FORMS = (
    rf"(?<!\d){YEAR}[-_. ]?{NUMBER}(?!\d)",  # 2025-03, 202503
    rf"(?<!\d){YEAR}[-.](?P<month>[1-9])(?!\d)",  # 2025-3
    rf"(?<!\d){NUMBER}[-_. ]{YEAR}(?!\d)",  # 03-2025
    rf"{NAME}{GAP}{SOME_YEAR}(?!\d|st|nd|rd|th)",  # March 2025, Mar25; not Mar 31st, which is a day
    rf"(?<!\d){YEAR}{GAP}{NAME}",  # 2025 March
)


def _unnamed(form: str) -> str:
    return re.sub(r"\?P<\w+>", "?:", form)


ANY_DAY, ANY_MONTH = ("|".join(map(_unnamed, forms)) for forms in (DAY_FORMS, MONTH_FORMS))
ANY_TIME = rf"(?:(?:{ANY_DAY}){TIME}|{ANY_MONTH})"
DAYS, MONTHS = (
    [re.compile(form + behind, re.IGNORECASE) for form in forms]
    for forms, behind in ((DAY_FORMS, TIME), (MONTH_FORMS, ""))
)
RUN_ON = re.compile(  # the day of an export, which is not the month that it is of
    r"(?<![a-z])(run|ran|printed|exported|extracted|created|generated|produced|saved)[-_. ]*(on|at)?[-_. ]*"
    rf"(?:{ANY_DAY}){TIME}",
    re.IGNORECASE,
)
SPAN_OF_TIME = re.compile(
    rf"(?P<begins>{ANY_TIME})(?:[-_. ]+(?:to|until|till|thru|through)[-_. ]+|[-_ ]+[-\u2013][-_ ]+)"
    rf"(?P<ends>{ANY_TIME})",
    re.IGNORECASE,
)
BEGINS = re.compile(rf"(?<![a-z])(?:since|from|after|starting)[-_. ]*{ANY_TIME}", re.IGNORECASE)
ENGLISH = {"reading", "bury"}  # words of English that are names of authorities too
SPAN = r"20\d\d(?:[-_/ ](?:20)?\d\d)?"
SHORT_FORMS = [  # the first that has a word has it
    (re.compile(form, re.IGNORECASE), what)
    for form, what in (
        (
            rf"(?<![a-z0-9])(?:q|qtr|quarter)[-_. ]*[1-4](?:[-_. ]*{SPAN})?(?!\d)|"
            rf"(?<!\d){SPAN}[-_. ]*(?:q|qtr|quarter)[-_. ]*[1-4](?!\d)",
            "a quarter",
        ),
        (
            rf"(?<![a-z])(?:{NAMES}|january|february|march|april|june|july|august|sept|september|october|"
            r"november|december)(?![a-z])(?:[-_. ]*\d{1,2}(?:st|nd|rd|th))?",
            "a month without a year",
        ),
        (rf"(?<!\d){SPAN}(?!\d)", "a year without a month"),
    )
]


@dataclass(frozen=True)
class Told:
    """What a name tells of time. Only its own words of time are given back: the rest may be a child's."""

    months: frozenset[str] = frozenset()  # as YYYY-MM
    days: frozenset[date] = frozenset()  # whole days, each as it may be that of an export
    ends: frozenset[date] = frozenset()  # with which spans of time end
    short: tuple[str, ...] = ()  # what is no month, each with what it is

    def of_months(self, asked: str | None = None) -> set[str]:
        """The months that it is of: those named, else those of which it has the last day.

        Where the month is `asked` already, such a day may be that of a later export.
        """
        if self.months or (asked and not self.before(asked)):
            return set(self.months)
        return {f"{day:%Y-%m}" for day in self.days if (day + timedelta(1)).day == 1}

    def before(self, month: str) -> list[date]:
        """The days before a month, so that what it was exported on is not of the month."""
        return sorted(day for day in self.days | self.ends if f"{day:%Y-%m}" < month)


@cache
def told_in(words: str) -> Told:
    """What a name or folder tells of time."""
    words = RUN_ON.sub(" ", words)
    months: set[str] = set()
    days: set[date] = set()
    ends: set[date] = set()
    short: list[str] = []
    for found in SPAN_OF_TIME.finditer(words):
        last = told_in(found["ends"])
        ends |= last.days | {_last_day(month) for month in last.months}
        short.append(f'"{found[0]}", which is a span of time')
    words = SPAN_OF_TIME.sub(" ", words)
    short += [f'"{found[0]}", which is where it begins' for found in BEGINS.finditer(words)]
    words = BEGINS.sub(" ", words)
    for form in DAYS:
        for found in form.finditer(words):
            parts = found.groupdict()
            try:
                days.add(date(*_year_and_month(parts), int(parts["day"])))
            except ValueError:  # there is no such day
                short.append(f'"{found[0]}", which is no day that there is')
                continue
            short.append(f'"{found[0]}", a day, which may be that of the export')
        words = form.sub(" ", words)
    for form in MONTHS:
        for found in form.finditer(words):
            year, month = _year_and_month(found.groupdict())
            months.add(f"{year}-{month:02}")
    for form, what in SHORT_FORMS:
        short += [f'"{found[0].strip(" -_.")}", which is {what}' for found in form.finditer(words)]
        words = form.sub(" ", words)
    return Told(frozenset(months), frozenset(days), frozenset(ends), tuple(dict.fromkeys(short)))


def _year_and_month(parts: dict[str, str]) -> tuple[int, int]:
    year = int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
    return year, NAMES.split("|").index(parts["name"].lower()) + 1 if "name" in parts else int(parts["month"])


def _last_day(month: str) -> date:
    first = date.fromisoformat(f"{month}-01")
    return (first + timedelta(31)).replace(day=1) - timedelta(1)


@cache
def authorities_in(words: str) -> set[str]:
    """The authorities that a name or folder tells, by DfE code, ONS code or name.

    Of names within each other the longest is meant. A word of English that is a name too, as Reading, is
    one where nothing else is said besides the return and when.
    """
    found: set[str] = set()
    for part in words.split("/"):
        spoken = f" {_spaced(part)} "
        for spelling, code in _by_length():
            if f" {spelling} " not in spoken:
                continue
            rest = spoken.replace(f" {spelling} ", " / ")
            if spelling not in ENGLISH or says_nothing_else(rest, ("council", "borough")):
                found.add(code)
            spoken = rest
    return found


@cache
def _by_length() -> list[tuple[str, str]]:
    known = {_spaced(name): code for name, code in (*spellings(), *known_authorities().items()) if name}
    return sorted(known.items(), key=lambda one: -len(one[0]))


@cache
def _spaced(words: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", words.lower().replace("&", " and ")))


def years_in(words: str) -> set[str]:
    """The years that a name tells; of one that runs into the next, as 2024-25, that in which it ends."""
    years = set()
    for found in re.finditer(r"(?<!\d)(20\d\d)(?:[-_/ ](?:20)?(\d\d))?(?!\d)", words):
        first, second = found.groups()
        ends = second and int(second) == (int(first) + 1) % 100
        years.add(str(int(first) + 1) if ends else first)
    return years


def against_folder(name: str, la_code: str, month: str) -> Finding | None:
    """What a name says that the folder of the file contradicts; a day after the month may be the export's."""
    stem = PurePosixPath(name).stem
    codes, told = authorities_in(stem), told_in(stem)
    said = told.months or {f"{day:%Y-%m}" for day in told.before(month)}
    other = [f"authority {code}" for code in sorted(codes - {la_code}) if la_code not in codes]
    other += [in_words(one) for one in sorted(said - {month}) if month not in said]
    if not other:
        return None
    return Finding(
        "name_against_folder",
        f"its name says {' and '.join(other)}; the folder is {la_code}, {in_words(month)}, which decides",
        "nothing, if the folder is right; else take it out and hand it to `line-of-sight receive`",
    )
