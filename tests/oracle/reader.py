"""Read one file as the law reads it: sections 2 to 4 of returns.md, and nothing is guessed.

What cannot be read is null here. Findings are the product's business; the second opinion only counts.
"""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from .law import FIELDS, SPELLINGS, Field

Row = dict[str, Any]

# A row whose end is before its start is left out (section 4, rule 3). No other pair is tested.
PERIODS = {
    "early_help_episodes": ("earl_episode_start_date", "earl_episode_end_date"),
    "cin_episodes": ("cine_referral_date", "cine_close_date"),
    "cin_assessments": ("cina_assessment_start_date", "cina_assessment_auth_date"),
    "cin_plans": ("cinp_cin_plan_start_date", "cinp_cin_plan_end_date"),
    "cp_plans": ("cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
    "s47_enquiries": ("s47e_s47_start_date", "s47e_s47_end_date"),
    "cla_episodes": ("clae_cla_episode_start_date", "clae_cla_episode_ceased_date"),
    "cla_placements": ("clap_cla_placement_start_date", "clap_cla_placement_end_date"),
    "legal_statuses": ("lega_legal_status_start_date", "lega_legal_status_end_date"),
    "missing": ("miss_missing_episode_start_date", "miss_missing_episode_end_date"),
    "involvements": ("invo_involvement_start_date", "invo_involvement_end_date"),
    "visit_requirements": ("from_date", "to_date"),
    "workforce_posts": ("established_from_date", "established_to_date"),
    "workforce_assignments": ("start_date", "end_date"),
}

# A time part may follow the day; anything else that follows makes the cell unreadable.
_TIME = (
    r"(?:[ T]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"\s*(?:[AaPp][Mm])?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME)
_UK_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})" + _TIME)
_NUMBER = re.compile(r"([+-]?)£?([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_BOOLEANS = dict.fromkeys(["y", "yes", "true", "t", "1"], True) | dict.fromkeys(
    ["n", "no", "false", "f", "0"], False
)


# The other ways in which a day is written. One that could be another day is no day.
_NUMBERS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + _TIME)
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})" + _TIME)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:\.0+)?" + _TIME)
_EXCEL = re.compile(r"([0-9]{1,6})(?:\.[0-9]+)?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY_NAMED = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[ /.-]*([a-z]+)\.?,?[ /.-]*([0-9]{4}|[0-9]{2})" + _TIME, re.I
)
_NAMED_DAY = re.compile(r"([a-z]+)\.? +([0-9]{1,2})(?:st|nd|rd|th)?,? +([0-9]{4})" + _TIME, re.I)
_BIRTHS = {"pers_dob"}
_EXCEL_COUNTS_FROM = date(1899, 12, 30)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=200_000)
def read_date(cell: str) -> int | None:
    """A day in the two plain forms, which say the same in whatever column they stand."""
    if match := _ISO_DATE.fullmatch(cell):
        year, month, day = match.groups()[:3]
    elif match := _UK_DATE.fullmatch(cell):
        day, month, year = match.groups()[:3]
    else:
        return None
    found = _day(int(year), int(month), int(day))
    return found.toordinal() if found else None


class _Century:
    """What a year of two digits means in a file that reports up to a day."""

    def __init__(self, as_at: date | None, is_birth: bool) -> None:
        self.as_at, self.is_birth = as_at, is_birth

    def day(self, year: str, month: int, day: int) -> date | None:
        if len(year) == 4:
            return _day(int(year), month, day)
        if self.as_at is None:
            return None
        all_days = [found for c in range(1800, 2200, 100) if (found := _day(c + int(year), month, day))]
        if self.is_birth:
            return max((found for found in all_days if found <= self.as_at), default=None)
        end = (self.as_at.year + 50, self.as_at.month, self.as_at.day)
        return max((f for f in all_days if (f.year, f.month, f.day) < end), default=None)

    def is_to_come(self, year: str, month: int, day: int) -> bool:
        """Born in the year after, or a hundred years before: nobody can tell."""
        if len(year) == 4 or self.as_at is None or not self.is_birth:
            return False
        a_year_on = (self.as_at.year + 1, self.as_at.month, self.as_at.day)
        for c in range(1800, 2200, 100):
            found = _day(c + int(year), month, day)
            if found and found > self.as_at and (found.year, found.month, found.day) <= a_year_on:
                return True
        return False


class _Numeric:
    """The dates of one column that are numbers alone, in each order in which they can be read."""

    def __init__(self, cells: set[str], century: _Century) -> None:
        self.said = {c: m.groups()[:4] for c in cells if (m := _NUMBERS.fullmatch(c))}
        said = self.said.items()
        self.day_first = {c: century.day(y, int(b), int(a)) for c, (a, _, b, y) in said}
        self.month_first = {c: century.day(y, int(a), int(b)) for c, (a, _, b, y) in said}
        self.year_first = {
            c: _day(2000 + int(a), int(b), int(y)) if len(y) == 2 else None for c, (a, _, b, y) in said
        }

    def shows_month_first(self) -> bool:
        return any(self.month_first[c] and not self.day_first[c] for c in self.said)

    def shows_year_first(self) -> bool:
        return any(
            self.year_first[c] and not self.day_first[c] and not 1 <= int(self.said[c][0]) <= 31
            for c in self.said
        )

    def shows_month_second(self) -> bool:
        return any(self.day_first[c] and not self.month_first[c] for c in self.said)

    def shows_year_last(self) -> bool:
        return any(
            len(year) == 2 and self.day_first[c] and not self.year_first[c]
            for c, (_, _, _, year) in self.said.items()
        )

    def may_be_year_first(self, cell: str, as_at: date | None) -> bool:
        last = date(as_at.year + 2, 12, 31) if as_at else date(2100, 12, 31)
        found = self.year_first[cell]
        return found is not None and found <= last

    def is_of_dashes_alone(self, cell: str, as_at: date | None) -> bool:
        """24-07-14: either end may be the year, and no other cell shows that the last is."""
        if self.said[cell][1] != "-" or not (self.day_first[cell] and self.year_first[cell]):
            return False
        of_two = [c for c in self.said if len(self.said[c][3]) == 2 and self.day_first[c]]
        differ = self.day_first[cell] != self.year_first[cell]
        return differ and all(self.may_be_year_first(c, as_at) for c in of_two)


def shown_orders(cells: set[str], as_at: date | None, is_birth: bool) -> set[str]:
    """Which of the month and the year a column shows to stand first."""
    numeric = _Numeric(cells, _Century(as_at, is_birth))
    shown = {"month": numeric.shows_month_first(), "year": numeric.shows_year_first()}
    return {first for first, is_shown in shown.items() if is_shown}


def read_dates(
    cells: set[str], as_at: date | None, is_birth: bool, shown: frozenset[str] = frozenset()
) -> dict[str, int | None]:
    """What each cell of one column of one file says. All of them decide in which order the numbers stand.

    `shown` is what first stands in some column of the file: a column that shows nothing itself may be so too.
    """
    century = _Century(as_at, is_birth)
    numeric = _Numeric(cells, century)
    numbers = numeric.said
    day_first, month_first, year_first = numeric.day_first, numeric.month_first, numeric.year_first
    has_month_first = numeric.shows_month_first() or ("month" in shown and not numeric.shows_month_second())
    has_year_first = numeric.shows_year_first() or ("year" in shown and not numeric.shows_year_last())
    excel = _excel_days(cells, as_at, is_birth)
    read: dict[str, int | None] = {}
    for cell in cells:
        if excel:
            found: date | None = excel[cell]
        elif cell in numbers:
            a, _, b, year = numbers[cell]
            found = day_first[cell] or month_first[cell]
            if day_first[cell] and (
                (has_month_first and month_first[cell] and month_first[cell] != day_first[cell])
                or (has_year_first and year_first[cell])
                or numeric.is_of_dashes_alone(cell, as_at)
            ):
                found = None
            month, day = (int(b), int(a)) if _day(2000, int(b), int(a)) else (int(a), int(b))
            if century.is_to_come(year, month, day):
                found = None
        else:
            found = _alone(cell, century)
        read[cell] = found.toordinal() if found else None
    return read


def _excel_days(cells: set[str], as_at: date | None, is_birth: bool) -> dict[str, date] | None:
    """Day numbers, where every cell is one that can be."""
    days: dict[str, date] = {}
    for cell in cells:
        match = _EXCEL.fullmatch(cell)
        if match is None or as_at is None or 1900 <= int(match[1]) <= 2100 or int(match[1]) > 99_999:
            return None
        day = date.fromordinal(_EXCEL_COUNTS_FROM.toordinal() + int(match[1]))
        earliest = date(1900, 3, 1) if is_birth else date(1990, 1, 1)
        if not earliest <= day <= date(as_at.year + 2, 12, 31):
            return None
        days[cell] = day
    return days


def _alone(cell: str, century: _Century) -> date | None:
    """A day whose form leaves no doubt of its order."""
    if ordinal := read_date(cell):
        return date.fromordinal(ordinal)
    if match := _YEAR_FIRST.fullmatch(cell):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.fullmatch(cell):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_NAMED.fullmatch(cell):
        day, name, year = match.groups()[:3]
    elif match := _NAMED_DAY.fullmatch(cell):
        name, day, year = match.groups()[:3]
    else:
        return None
    month = _month(name.lower())
    if month is None or century.is_to_come(year, month, int(day)):
        return None
    return century.day(year, month, int(day))


def _month(name: str) -> int | None:
    for number, whole in enumerate(_MONTHS, start=1):
        if name in (whole, whole[:3]) or (name, number) == ("sept", 9):
            return number
    return None


def read_boolean(cell: str) -> bool | None:
    return _BOOLEANS.get(cell.lower())


def read_number(cell: str) -> Fraction | None:
    match = _NUMBER.fullmatch(cell.replace(",", ""))
    if match is None or (match[1] and match[2]):
        return None
    size = Fraction(match[3].rstrip("."))
    return -size if "-" in match[1] + match[2] else size


def read_integer(cell: str) -> int | None:
    number = read_number(cell)
    return None if number is None or number.denominator != 1 else int(number)


def read_json(cell: str) -> dict[str, Any] | None:
    try:
        value = json.loads(cell)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def read_text(cell: str) -> str | None:
    return None if cell == "-1" else cell


_READERS: dict[str, Callable[[str], Any]] = {
    "text": read_text,
    "date": read_date,
    "boolean": read_boolean,
    "integer": read_integer,
    "number": read_number,
    "json": read_json,
}


def _reader_of(field: Field) -> Callable[[str], Any]:
    if field.type == "code":
        # '-1' is no code of any list, so looking it up already gives null.
        return lambda cell: SPELLINGS[field.code_list].get(cell.lower())
    return _READERS[field.type]


def read_file(path: Path, return_name: str, as_at: date | None = None) -> list[Row] | None:
    """The rows that count, or None where the file is missing or rejected: never zero.

    `as_at` is the last day of the month that the file is of.
    """
    if not path.is_file():
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    csv.field_size_limit(10_000_000)
    try:
        lines = [cells for cells in csv.reader(io.StringIO(text, newline="")) if not _is_blank(cells)]
    except csv.Error:
        return None
    if not lines:
        return None
    places = _match_header(lines[0], FIELDS[return_name])
    if places is None:
        return None
    rows = _read_rows(lines[1:], FIELDS[return_name], places, as_at)
    needed = [field.name for field in FIELDS[return_name] if field.is_key or field.is_required]
    if rows and all(any(row[name] is None for name in needed) for row in rows):
        return None  # rows, and none of them readable: not a return of nothing (grounds.md)
    return _rows_that_count(return_name, rows)


def _is_blank(cells: list[str]) -> bool:
    return not cells or (len(cells) == 1 and not cells[0].strip())


def _match_header(header: list[str], fields: list[Field]) -> dict[str, int] | None:
    names = [name.strip().lower() for name in header]
    places: dict[str, int] = {}
    for field in fields:
        found = [place for place, name in enumerate(names) if name in field.spellings]
        if len(found) > 1 or (field.is_required and not found):
            return None
        if found:
            places[field.name] = found[0]
    return places


def _read_rows(
    lines: list[list[str]], fields: list[Field], places: dict[str, int], as_at: date | None
) -> list[Row]:
    readers = {field.name: _reader_of(field) for field in fields}
    of_dates = {
        field.name: {cell for cells in lines if (cell := _said(cells, places[field.name]))}
        for field in fields
        if field.type == "date" and field.name in places
    }
    shown = frozenset[str]().union(*(shown_orders(c, as_at, n in _BIRTHS) for n, c in of_dates.items()))
    for name, said in of_dates.items():
        readers[name] = read_dates(said, as_at, name in _BIRTHS, shown).get
    rows = []
    for cells in lines:
        row: Row = dict.fromkeys(readers)
        for name, place in places.items():
            if cell := _said(cells, place):
                row[name] = readers[name](cell)
        rows.append(row)
    return rows


def _said(cells: list[str], place: int) -> str | None:
    cell = cells[place].strip() if place < len(cells) else ""
    return cell if cell and cell.lower() != "null" else None


def _rows_that_count(return_name: str, rows: list[Row]) -> list[Row]:
    """Section 4, in its order: an unusable row cannot displace a good one, an upside-down one can."""
    fields = FIELDS[return_name]
    needed = [field.name for field in fields if field.is_key or field.is_required]
    key = [field.name for field in fields if field.is_key]
    kept: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if all(row[name] is not None for name in needed):
            kept[tuple(row[name] for name in key)] = row
    remaining = list(kept.values())
    if return_name in PERIODS:
        start, end = PERIODS[return_name]
        remaining = [
            row for row in remaining if row[start] is None or row[end] is None or row[start] <= row[end]
        ]
    if return_name == "visit_requirements":
        remaining = [row for row in remaining if row["interval_days"] >= 1]
    return remaining
