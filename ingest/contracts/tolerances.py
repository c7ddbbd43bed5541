"""What is read although it is not plainly written. Each is noted with a count; none is a fault.

A form that could be read two ways is none of these: it is a finding that says what would settle it.
"""

from ingest.contracts.findings import Finding

OPEN_DAYS = ("1900-01-01", "2099-12-31", "9999-12-31")  # by which systems say that a day is still to come
NOTHING = (
    "N/A",
    "#N/A",
    "-",
    "--",
    "(null)",
    "(blank)",
    "NaN",
    "<NA>",
    "None",
)  # beside NULL, in any case: a cell that says nothing

# kind of finding -> what is read so, with {count}; and how it would be written plainly
TOLERATED = {
    "file_name_noted": (
        "{said}",
        "nothing, if that is what it is; a file named as in docs/returns needs no reading of its header",
    ),
    "same_rows_noted": ("{said}", "nothing; or send each return once"),
    "encoding_noted": ("it is written in {said}, and was read so", "nothing; or save it as 'CSV UTF-8'"),
    "separator_noted": (
        "its cells are separated by {said}, and were read so",
        "nothing; or save it with commas",
    ),
    "lines_above_header_noted": (
        "{count} {lines} above the header row hold no column names, and were passed over",
        "nothing; or leave titles out of the export",
    ),
    "lines_passed_over_noted": (
        "{count} {lines} below the header row are {said}, and were passed over",
        "nothing; or leave them out of the export",
    ),
    "short_rows_noted": (
        "{count} {rows} have fewer cells than the header row, and were read as empty to their right",
        "nothing, if their last cells are empty; or export every cell",
    ),
    "trailing_cells_noted": (
        "{count} {rows} have more cells than the header row, empty ones, and were read without these",
        "nothing; or leave out the separators at the end of a row",
    ),
    "spaced_quotes_noted": (
        "its quotation marks stand behind spaces, and were read as if they did not",
        "nothing; or leave no space between a separator and a quotation mark",
    ),
    "end_sign_noted": (
        "a sign for the end (Ctrl-Z) stands behind its last row, and was passed over",
        "nothing",
    ),
    "no_break_spaces_noted": (
        "{count} no-break {spaces} were read as plain spaces",
        "nothing; or export plain spaces",
    ),
    "padded_cells_noted": (
        "{count} {cells} of the column have spaces around what they say, and were read without",
        "nothing; or export them without padding",
    ),
    "words_for_nothing_noted": (
        f"{{count}} {{cells}} of the column say nothing in words ({' '.join(NOTHING)}), read as empty",
        "nothing; or leave such cells empty",
    ),
    "decimal_commas_noted": (
        "{count} {cells} of the column have a comma before decimals, as its other cells show (1,5), and "
        "were read so",
        "nothing, if that is what it is; or export numbers with a point",
    ),
    "thousands_points_noted": (
        "{count} {cells} of the column have points between thousands, as one with decimals shows (1.234,5), "
        "and were read so",
        "nothing, if that is what it is; or export numbers with a point before decimals and nothing else",
    ),
    "open_dates_noted": (
        f"{{count}} {{cells}} of the column have a day that stands for none ({', '.join(OPEN_DAYS)}): empty",
        "nothing, if that is what it is; or leave the cell empty until the day is known",
    ),
    "whole_number_ids_noted": (
        "all {count} ids of the column end in .0, as numbers do (488.0), and were read without (488)",
        "nothing; or export ids as text",
    ),
}

AS_WRITTEN = {  # the same in general words, for the handbook
    "file_name_noted": "a name in any case, with `ssd_` before it, or dates, copies and versions around it",
    "same_rows_noted": "a second file of a return, with equal rows or an older version: it is passed over",
    "encoding_noted": "UTF-16, Windows-1252, or UTF-8 with more than one mark",
    "separator_noted": "semicolons, tabs or vertical bars between cells",
    "lines_above_header_noted": "titles above the header row",
    "lines_passed_over_noted": "the header row again, lines of empty cells; totals and words of a report "
    "below (END, Page 1 of 3, Printed by)",
    "short_rows_noted": "rows with fewer cells than the header row, as empty to their right",
    "trailing_cells_noted": "empty cells to the right of the last heading",
    "spaced_quotes_noted": "quotation marks behind a space",
    "end_sign_noted": "a sign for the end of the file (Ctrl-Z)",
    "no_break_spaces_noted": "no-break spaces, as plain ones",
    "padded_cells_noted": "cells with spaces around what they say",
    "words_for_nothing_noted": f"cells that say nothing in words, beside NULL: {' '.join(NOTHING)}",
    "decimal_commas_noted": "a decimal comma between semicolons, where others of the column show it (1,5)",
    "thousands_points_noted": "points between thousands, where one of the column shows it (1.234,5)",
    "open_dates_noted": f"{', '.join(OPEN_DAYS)}, however written, as no day, save of a birth or where a row "
    "must have one",
    "whole_number_ids_noted": "ids as 488.0, where every one of the column is so",
}


def noted(kind: str, count: int = 1, said: str = "", column: str | None = None) -> Finding:
    """What is said of something that was read although not plainly written."""
    reason, next_move = TOLERATED[kind]
    many = {one: one if count == 1 else f"{one}s" for one in ("line", "cell", "space", "row")}
    words = {f"{one}s": said_so for one, said_so in many.items()}
    return Finding(kind, reason.format(count=count, said=said, **words), next_move, column_name=column)
