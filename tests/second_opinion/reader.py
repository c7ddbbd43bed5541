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
_TIME = r"(?:[ T]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?\s*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME)
_UK_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})" + _TIME)
_NUMBER = re.compile(r"([+-]?)£?([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_BOOLEANS = dict.fromkeys(["y", "yes", "true", "t", "1"], True) | dict.fromkeys(
    ["n", "no", "false", "f", "0"], False
)


@lru_cache(maxsize=200_000)
def read_date(cell: str) -> int | None:
    if match := _ISO_DATE.fullmatch(cell):
        year, month, day = match.groups()
    elif match := _UK_DATE.fullmatch(cell):
        day, month, year = match.groups()
    else:
        return None
    try:
        return date(int(year), int(month), int(day)).toordinal()
    except ValueError:
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


def read_file(path: Path, return_name: str) -> list[Row] | None:
    """The rows that count, or None where the file is missing or rejected: never zero."""
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
    rows = _read_rows(lines[1:], FIELDS[return_name], places)
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


def _read_rows(lines: list[list[str]], fields: list[Field], places: dict[str, int]) -> list[Row]:
    readers = {field.name: _reader_of(field) for field in fields}
    rows = []
    for cells in lines:
        row: Row = dict.fromkeys(readers)
        for name, place in places.items():
            cell = cells[place].strip() if place < len(cells) else ""
            if cell and cell.lower() != "null":
                row[name] = readers[name](cell)
        rows.append(row)
    return rows


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
