"""The authority and the month that a file's or folder's name tells."""

import re
from functools import cache
from pathlib import PurePosixPath

from ingest.contracts.dates import in_words
from ingest.contracts.findings import Finding
from ingest.discovery.misdirected_rows import known_authorities

NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
YEAR, NUMBER, DAY = r"(?P<year>20\d{2})", r"(?P<month>0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
MONTH_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?<!\d){YEAR}[-_. ]?{NUMBER}(?:[-_. ]?{DAY})?(?!\d)",  # 2025-03, 20250331
        rf"(?<!\d){DAY}[-_. ]{NUMBER}[-_. ]{YEAR}(?!\d)",  # 31-03-2025
        rf"(?<!\d){NUMBER}[-_. ]{YEAR}(?!\d)",  # 03-2025
        # March 2025, Mar25; not Mar 31st, which is a day
        rf"(?<![a-z])(?P<name>{NAMES})[a-z]*[-_. ]*(?P<year>20\d{{2}}|\d{{2}})(?!\d|st|nd|rd|th)",
        rf"(?<!\d){YEAR}[-_. ]*(?P<name>{NAMES})[a-z]*",  # 2025 March
    )
]
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
RUN_ON = re.compile(  # the day of an export, which is not the month that it is of
    r"(?<![a-z])(run|ran|printed|exported|extracted|created|generated|produced|saved)[-_. ]*(on|at)?[-_. ]*"
    r"(\d{4}[-_. ]?\d{2}[-_. ]?\d{2}|\d{2}[-_. ]?\d{2}[-_. ]?\d{4})(?!\d)",
    re.IGNORECASE,
)
WHOLE_DAY = re.compile(r"\d{4}[-_. ]?\d{2}[-_. ]?\d{2}|\d{2}[-_. ]?\d{2}[-_. ]?\d{4}")


@cache
def authorities_in(words: str) -> set[str]:
    """The authorities that a name or folder tells, by DfE code, ONS code or name."""
    spoken = f" {_spaced(words)} "
    known = known_authorities().items()
    return {code for spelling, code in known if f" {_spaced(spelling)} " in spoken}


@cache
def _spaced(words: str) -> str:
    return " ".join(re.findall("[a-z0-9]+", words.lower().replace("&", " and ")))


@cache
def months_in(words: str) -> set[str]:
    """The months that a name or folder tells, as YYYY-MM."""
    said = set()
    words = RUN_ON.sub(" ", words)
    for form in MONTH_FORMS:
        for found in form.finditer(words):
            parts = found.groupdict()
            year = parts["year"] if len(parts["year"]) == 4 else f"20{parts['year']}"
            named = NAMES.split("|").index(parts["name"].lower()) + 1 if "name" in parts else parts["month"]
            said.add(f"{year}-{int(named):02}")
    return said


def years_in(words: str) -> set[str]:
    """The years that a name tells; of one that runs into the next, as 2024-25, that in which it ends."""
    years = set()
    for found in re.finditer(r"(?<!\d)(20\d\d)(?:[-_/ ](?:20)?(\d\d))?(?!\d)", words):
        first, second = found.groups()
        ends = second and int(second) == (int(first) + 1) % 100
        years.add(str(int(first) + 1) if ends else first)
    return years


def short_of_a_month(words: str) -> list[str]:
    """What a name tells of a time and is no month, each with what it is: a quarter, a year, half a date.

    Only these words are given back: the rest of a name may be a child's.
    """
    words = RUN_ON.sub(" ", words)
    said = []
    for form, what in SHORT_FORMS:
        for found in form.finditer(words):
            said.append(f'"{found[0].strip(" -_.")}", which is {what}')
        words = form.sub(" ", words)
    return list(dict.fromkeys(said))


def against_folder(name: str, la_code: str, month: str) -> Finding | None:
    """What a name says that the folder of the file contradicts; a day after the month may be the export's."""
    stem = PurePosixPath(name).stem
    codes, said = authorities_in(stem), months_in(stem)
    if WHOLE_DAY.search(stem):
        said = {one for one in said if one <= month}
    other = [f"authority {code}" for code in sorted(codes - {la_code}) if la_code not in codes]
    other += [in_words(one) for one in sorted(said - {month}) if month not in said]
    if not other:
        return None
    return Finding(
        "name_against_folder",
        f"its name says {' and '.join(other)}; the folder is {la_code}, {in_words(month)}, which decides",
        "nothing, if the folder is right; else take it out and hand it to `line-of-sight receive`",
    )
