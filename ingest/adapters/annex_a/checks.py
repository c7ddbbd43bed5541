"""What can be read in an Annex A workbook and cannot be right: findings, and no row is changed.

Days are compared as text: all are yyyy-mm-dd.
"""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ingest.adapters.annex_a.lists import BORN, IS_POSTCODE, POSTED, AnnexList, load_lists
from ingest.adapters.annex_a.months import first_day_of_window
from ingest.adapters.base import Notes

DAYS_BEFORE_BIRTH = 280  # as the CIN census has it: 40 weeks
# Lists that nobody is on before birth: care, and adoption from care.
OF_THE_BORN = {
    "List 8": "Date Started to be Looked After",
    "List 10": "Date the Child Entered Care",
}
# By list: what ends, and what can be no later than its end.
UNTIL_THE_END = {
    "List 7": (
        "Child Protection Plan End Date",
        ("Date of the Last Statutory Visit", "Date of latest review conference"),
    ),
    "List 8": (
        "Date Ceased to be Looked After",
        ("Date of Last Social Work Visit", "Date of Latest Statutory Review"),
    ),
}
# By list: who is on it as a child, until when.
ONLY_CHILDREN = {
    "List 7": ("Child Protection Plan Start Date", "Child Protection Plan End Date"),
    "List 8": ("Date Started to be Looked After", "Date Ceased to be Looked After"),
}


def note_what_cannot_be_right(lists: Mapping[str, pa.Table], as_at: date, notes: Notes) -> None:
    """Add the findings about the lists of one workbook as it stood on `as_at`."""
    for name, rows in lists.items():
        known = load_lists()[name]
        if rows.num_rows:
            _note_other_times(rows, known, as_at, notes)
            _note_empty_cells(rows, known, notes)
            if not known.is_of_adults:
                _note_before_birth(rows, known, notes)
    for name, (end, others) in UNTIL_THE_END.items():
        for heading in others:
            if name in lists:
                _note_after_end(lists[name], heading, end, notes)
    for name, (start, end) in ONLY_CHILDREN.items():
        if name in lists:
            _note_adults(lists[name], start, end, as_at, notes)
    if "List 8" in lists:
        _note_postcodes(lists["List 8"], notes)
    if "List 10" in lists:
        _note_reversed_adoptions(lists["List 10"], notes)


def _note_other_times(rows: pa.Table, known: AnnexList, as_at: date, notes: Notes) -> None:
    for heading in known.headings:
        day = f"{heading}: day"
        if heading != BORN and day in rows.column_names:
            to_come = rows.filter(pc.fill_null(pc.greater(rows[day], as_at.isoformat()), False))
            reason = "the day had not come when the workbook was made; it was kept"
            notes.add_rows(to_come, heading, "day_to_come", reason, "correct the date")
    if known.window is None:
        return
    first_day = first_day_of_window(as_at, known.window.months).isoformat()
    latest = pc.max_element_wise(*(rows[f"{heading}: day"] for heading in known.window.days))
    before = pc.fill_null(pc.less(latest, first_day), False)
    _note_count(
        rows.filter(before),
        rows,
        known.window.days[-1],
        "outside_window",
        f"are of days before the {known.window.months} months that the list covers; they were kept",
        "check that the workbook is of this month, and for which days the list was run",
        notes,
    )


def _note_empty_cells(rows: pa.Table, known: AnnexList, notes: Notes) -> None:
    for heading in known.headings.values():
        if heading.is_mandatory and rows[heading.name].null_count:
            empty = rows.filter(pc.is_null(rows[heading.name]))
            reason = "have nothing in this column, which the guidance makes every row fill"
            _note_count(empty, rows, heading.name, "mandatory_cell_empty", reason, "fill the column", notes)


def _note_before_birth(rows: pa.Table, known: AnnexList, notes: Notes) -> None:
    heading = OF_THE_BORN.get(known.name, known.key)
    if heading is None:
        return
    born, day = rows[f"{BORN}: day"], rows[f"{heading}: day"]
    early = rows.filter(pc.fill_null(pc.less(day, born), False))
    if early.num_rows and known.name not in OF_THE_BORN:
        begun, due = (pc.cast(early[f"{h}: day"], pa.date32()) for h in (heading, BORN))
        early = early.filter(pc.greater(pc.days_between(begun, due), DAYS_BEFORE_BIRTH))
        reason = f"it is more than {DAYS_BEFORE_BIRTH // 7} weeks before the child's date of birth"
    else:
        reason = "it is before the child's date of birth"
    notes.add_rows(early, heading, "before_birth", reason, f"correct it, or the {BORN}")


def _note_after_end(rows: pa.Table, heading: str, end: str, notes: Notes) -> None:
    late = rows.filter(pc.fill_null(pc.greater(rows[f"{heading}: day"], rows[f"{end}: day"]), False))
    notes.add_rows(late, heading, "after_end", f"it is after the {end}", "correct one of the two dates")


def _note_adults(rows: pa.Table, start: str, end: str, as_at: date, notes: Notes) -> None:
    born_by = (pd.Timestamp(as_at) - pd.DateOffset(years=18)).date()
    is_adult = pc.fill_null(pc.less_equal(rows[f"{BORN}: day"], born_by.isoformat()), False)
    adults = rows.filter(pc.and_(is_adult, pc.is_null(rows[end])))
    reason = f"the young person is 18 or over, and the row has no {end}"
    notes.add_rows(adults, BORN, "adult_on_list", reason, f"fill the {end}, or correct the {BORN}")


def _note_postcodes(rows: pa.Table, notes: Notes) -> None:
    heading = POSTED
    is_odd = pc.invert(pc.match_substring_regex(rows[heading], IS_POSTCODE))
    odd = rows.filter(pc.fill_null(is_odd, False))
    notes.add_rows(
        odd, heading, "unreadable_cell", "not a postcode; no return is made from it", "correct the cell"
    )


def _note_reversed_adoptions(rows: pa.Table, notes: Notes) -> None:
    ordered = "Date of Adoption Order"
    heading = "Date of Decision that Child Should No Longer be Placed for Adoption"
    both = rows.filter(pc.and_(pc.is_valid(rows[ordered]), pc.is_valid(rows[heading])))
    reason = f"the row has a {ordered} too: a child who was adopted can no longer be placed"
    notes.add_rows(both, heading, "adopted_and_reversed", reason, "empty one of the two dates")


def _note_count(
    some: pa.Table, every: pa.Table, heading: str, finding: str, reason: str, next_move: str, notes: Notes
) -> None:
    """One finding for a whole column, at the first row that it is true of."""
    if some.num_rows:
        notes.add(
            finding,
            f"{some.num_rows} of {every.num_rows} rows {reason}",
            next_move,
            origin=some["origin"][0].as_py(),
            row_number=some["row_number"][0].as_py(),
            column_name=heading,
        )
