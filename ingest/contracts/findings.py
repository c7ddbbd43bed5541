"""What could not be read, said so that someone can mend it."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

# What was found stands in the raw file, under this row and column; it is written nowhere else.
SCHEMA = pa.schema(
    [
        ("la_code", pa.string()),
        ("reporting_month", pa.string()),
        ("return_name", pa.string()),
        ("file", pa.string()),
        ("content_id", pa.int64()),
        ("row_number", pa.int64()),
        ("column_name", pa.string()),  # as the sender sees it
        ("field_name", pa.string()),  # as the format declares it; several are joined with a comma
        ("event_date", pa.date32()),  # the day of what the row records, where it could be read
        ("finding", pa.string()),
        ("reason", pa.string()),
        ("next_move", pa.string()),
    ]
)


class RejectedFileError(Exception):
    """The file cannot be read at all. The message says why and never quotes the file."""


REQUIRED_CELL_EMPTY = "required_cell_empty"  # a row left out, since its key or a required cell is not there


@dataclass(frozen=True)
class Finding:
    """One thing wrong in one file. Row numbers are a spreadsheet's: the header is row 1.

    A kind that ends in `_noted` is no fault: it says how something was read that was not plainly written.
    `value` is as received, for whoever has the file open: no finding is written with it.
    """

    finding: str
    reason: str
    next_move: str
    row_number: int | None = None
    column_name: str | None = None
    value: str | None = None


# Headings of columns that no return has and that must not be sent: names, addresses, national numbers, notes.
PERSONAL = frozenset(
    (Path(__file__).parent / "personal_columns.txt").read_text(encoding="utf-8").splitlines()
)


def unknown_column(position: int, header: str, return_name: str) -> Finding:
    """A column that the format does not know. Its name is not told: a lost header row is data."""
    if header.strip().casefold() in PERSONAL:
        return Finding(
            finding="personal_column",
            reason=f"column {position + 1} names, locates or numbers a person; it was dropped at the door",
            next_move="leave the column out of the extract: no figure needs it",
            column_name=f"column {position + 1}",
        )
    return Finding(
        finding="unknown_column",
        reason=f"column {position + 1} is not in the format and was ignored",
        next_move="nothing, if no figure is to come of it; if it is a column of "
        f"{return_name}, give it the name that the page of {return_name} has for it",
        column_name=f"column {position + 1}",
        value=header,
    )


def another_authoritys_rows(reason: str) -> Finding:
    """Rows that say they are of another authority: a privacy incident, and none of the file is loaded."""
    move = "treat it as a privacy incident: tell both authorities, and have the file sent again without them"
    return Finding("another_authoritys_rows", reason, move)


def ids_of_two_forms(column: str) -> Finding:
    """Some ids of a column end in .0 and some do not: which of them is the id cannot be told."""
    reason = "some ids of the column end in .0, as numbers do (488.0), and some do not; each stands as sent"
    return Finding("ids_of_two_forms", reason, "export the ids of the column as text", column_name=column)


def rejected_file(reason: str) -> Finding:
    """A whole file that cannot be taken. It counts as not submitted."""
    return Finding("rejected_file", reason, "mend the file and send it again under the same name")
