"""Lines of a file of cells that are no rows of it: headers said again, blanks, what a report says below, and
parts of rows that a line break tore. Each is passed over with a note, or left unread with a finding.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ingest.contracts.cell_types import UNREAD, text_of
from ingest.contracts.findings import Finding, RejectedFileError
from ingest.contracts.return_schema import HeaderMatch, known_names
from ingest.contracts.tolerances import noted

Mask = NDArray[np.bool_]

TOTAL = re.compile(
    r"(grand[ -]|sub[ -]?)?totals?( (number|count|rows|records))?( of (rows|records))?( *[:=]? *[\d,]+|:)?"
    r"|\(?\d+ (rows?|records?)(\(s\))?( affected| returned| selected)?\.?\)?"
    r"|(number of )?(rows|records|row count|record count|count)( returned| selected)?:?( *\d+)?",
    re.IGNORECASE,
)
NUMBER = re.compile(r"[+-]?£?[\d,.]+%?")
MADE = r"(printed|produced|generated|created|exported|extracted|run|prepared|refreshed)"
FOOTER = re.compile(
    r"[-=_*#~]{3,}"
    r"|[-=_*#~ ]*end( of (the )?(report|file|extract|data|list|table|results?|output|export))?[-=_*#~. ]*"
    r"|page \d+( ?(of|/) ?\d+)?"
    rf"|((date|time|report|data) )?{MADE}( (by|on|at|from|for|date|time))?( *[:=-])? +\S.*"
    r"|((applied )?filters?|source|notes?|parameters?|copyright)( *):.*|\N{COPYRIGHT SIGN}.*"
    r"|official([ -]+sensitive)?|(strictly )?confidential"
    r"|no (more |further )?(data|records|results|rows)( (found|returned|available|to display))?\.?",
    re.IGNORECASE | re.DOTALL,
)
LABEL = re.compile(
    rf"(((date|time|report|data) )?{MADE} (by|on|at|date|time)|(data |correct )?as (at|of|on)|author):?",
    re.IGNORECASE,
)
MOST_BELOW = 12  # lines below the last row that are looked at
MOST_LABELLED = 2  # cells that may stand beside "Printed by"
NEARLY_ALL, HARDLY_ANY = 0.95, 0.05  # of the ids that must, or may at most, have what tells their form
AN_ID = r"^\S*[0-9]\S*$"  # what is one where no other row tells how ids look
SHORTEST_NAME = 8  # of a column that another table begins with: spares looking at shorter ids
LOOKED_AT_ABOVE = 50  # rows that tell which columns hold digits
FEW = 2  # rows of one cell that tell nothing of each other


@dataclass(frozen=True)
class Kept:
    """What is left of a table of cells: which of its lines, the cells, and what is said."""

    is_row: pa.Array | None  # None where all are
    cells: pa.Table
    findings: tuple[Finding, ...]


def without_lines_beside(
    cells: pa.Table,
    headers: tuple[str, ...],
    match: HeaderMatch,
    short: Mapping[int, int],
    numbers: pa.Array,
    may_say_headers_again: bool,
) -> Kept:
    """The cells of a table without what is no row of it. `short` has the lines with fewer cells than headers,
    by place, and how many each has; `numbers` are the records that the lines stand in.

    Raises RejectedFileError where it says its headers again in another order, or those of another table.
    """
    count = cells.num_rows
    if not count:
        return Kept(None, cells, ())
    over: dict[str, Mask] = {}
    again = _headers_again(cells, headers, match, numbers) if may_say_headers_again else None
    if again is not None:
        over["the header row again"] = again
    is_blank = _blank_lines(cells, match)
    _refuse_another_table(cells, match, is_blank, numbers, again)
    if is_blank is not None:
        over["of empty cells only"] = is_blank
    over |= _words_below(cells, is_blank)
    notes = [noted("lines_passed_over_noted", int(are.sum()), said) for said, are in over.items()]
    is_row = np.ones(count, np.bool_)
    for are in over.values():
        is_row &= ~are
    short = {place: width for place, width in short.items() if is_row[place]}
    cells, said = _without_parts(cells, match, short, is_row, numbers)
    return Kept(None if is_row.all() else pa.array(is_row), cells, (*notes, *said))


def may_say_again(data: bytes, headers: Sequence[str], match: HeaderMatch) -> bool:
    """Whether a name of the key stands in the file besides in its header row: a header row has one."""
    names = [name for name, field in match.spelled.items() if field == match.must_fill[0]]
    above = " ".join(headers).lower()
    if all("_" in name for name in names) and data.rfind(b"_") < data.find(b"\n"):
        return False  # quicker than the names: few rows have the sign
    below = data.lower()
    return any(below.count(name.encode()) > above.count(name) for name in names)


def _headers_again(
    cells: pa.Table, headers: tuple[str, ...], match: HeaderMatch, numbers: pa.Array
) -> Mask | None:
    """Lines that say the header row again. Another order of it is that of another file."""
    names = pa.array(sorted(match.spelled), pa.string())
    may_be = np.zeros(cells.num_rows, np.bool_)
    for column in cells.columns:
        may_be |= _mask(pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)), names))
    are = np.zeros(cells.num_rows, np.bool_)
    for place in np.flatnonzero(may_be).tolist():
        line = [cells.column(name)[place].as_py() for name in cells.column_names]
        fields = [match.spelled.get(cell.strip().casefold()) for cell in line]
        if sum(field is not None for field in fields) < 2 and line != list(headers):
            continue  # a value that happens to be a name
        if any(field and match.columns.get(field) != at for at, field in enumerate(fields)):
            raise RejectedFileError(
                f"its row {numbers[place].as_py()} holds column names in another order than its header "
                "row, as where two exports are put into one file; send each as a file of its own"
            )
        are[place] = True
    return are if are.any() else None


def _refuse_another_table(
    cells: pa.Table, match: HeaderMatch, is_blank: Mask | None, numbers: pa.Array, again: Mask | None
) -> None:
    """Refuse a file in which the header row of another table stands: what is below is of that one.

    It is told by names that any return declares; behind a blank line by words, too, where rows have digits.
    Raises RejectedFileError.
    """
    key = cells.column(str(match.columns[match.must_fill[0]]))
    first = cells.column("0")
    found: set[int] = set()
    for column in {id(one): one for one in (key, first)}.values():
        may_be = _may_be_names(column)
        if may_be.any():
            names = pa.array(sorted(known_names()), pa.string())
            lower = pc.utf8_lower(pc.utf8_trim_whitespace(column.filter(pa.array(may_be))))
            places = np.flatnonzero(may_be)[_mask(pc.is_in(lower, names))]
            found |= {place for place in places.tolist() if _names_columns(_line(cells, place))}
    after_blank = _behind_blanks(is_blank, numbers)
    found |= {place for place in after_blank if _are_words_where_digits_stand(cells, place)}
    found -= set() if again is None else set(np.flatnonzero(again).tolist())
    if found:
        raise RejectedFileError(
            f"its row {numbers[min(found)].as_py()} holds column names of another table, whose rows would be "
            "read as rows of the first; send each table as a file of its own"
        )


def _may_be_names(column: pa.ChunkedArray) -> Mask:
    """Which cells are as long as a name of a column and end as one does, or in a sign that is trimmed.

    Looks at no more than the last byte of each cell: nearly all of them are ids that end in a digit.
    """
    ends = np.ones(256, np.bool_)  # signs that are not of ASCII may be spaces
    ends[33:128] = False
    ends[[ord(case(name[-1])) for name in known_names() for case in (str.upper, str.lower)]] = True
    may_be = [np.zeros(0, np.bool_)]
    for chunk in column.chunks:
        starts, signs = text_of(chunk)
        is_long = np.diff(starts) >= SHORTEST_NAME
        is_long[is_long] = ends[signs[starts[1:][is_long] - 1]]
        may_be.append(is_long)
    return np.concatenate(may_be)


def _line(cells: pa.Table, place: int) -> list[str]:
    return [cells.column(name)[place].as_py().strip() for name in cells.column_names]


def _names_columns(line: Sequence[str]) -> bool:
    said = [cell for cell in line if cell]
    names = sum(cell.casefold() in known_names() for cell in said)
    return names >= 2 and 2 * names >= len(said)


def _behind_blanks(is_blank: Mask | None, numbers: pa.Array) -> list[int]:
    """The places of lines that stand behind a blank one, and that are none themselves."""
    at = numbers.to_numpy()
    may_be = np.zeros(len(at), np.bool_)
    if len(at) and at[-1] - at[0] >= len(at):
        may_be[1:] = np.diff(at) > 1
    if is_blank is not None:
        may_be[1:] |= is_blank[:-1]
        may_be &= ~is_blank
    return np.flatnonzero(may_be).tolist()


def _are_words_where_digits_stand(cells: pa.Table, place: int) -> bool:
    """Whether a line with others below has words alone, and in two columns where all others have digits."""
    line = _line(cells, place)
    said = [at for at, cell in enumerate(line) if cell]
    if len(said) < 3 or place + 1 == cells.num_rows or any(re.search("[0-9]", cell) for cell in line):
        return False
    above = [_line(cells, at) for at in range(max(0, place - LOOKED_AT_ABOVE), place)]
    rows = [row for row in above if any(row)]
    digits = [at for at in said if rows and all(re.search("[0-9]", row[at]) for row in rows)]
    return len(digits) >= 2


def _blank_lines(cells: pa.Table, match: HeaderMatch) -> Mask | None:
    key = cells.column(str(min(match.columns.values())))
    if not pc.any(pc.less(pc.binary_length(key), 4)).as_py():  # spares trimming what is no blank
        return None
    is_blank = _are_blank(key)
    for name in cells.column_names:
        if not is_blank.any():
            return None
        is_blank &= _are_blank(cells.column(name))
    return is_blank if is_blank.any() else None


def _are_blank(cells: pa.ChunkedArray) -> Mask:
    return _mask(pc.equal(pc.utf8_trim_whitespace(cells), ""))


def _mask(values: pa.ChunkedArray | pa.Array) -> Mask:
    return np.array(values.to_numpy(), np.bool_)


def _words_below(cells: pa.Table, is_blank: Mask | None) -> dict[str, Mask]:
    """The lines at the end that count the rows, or say something of the report."""
    totals: list[int] = []
    words: list[int] = []
    for place in range(cells.num_rows - 1, -1, -1):
        if is_blank is not None and is_blank[place]:
            continue
        line = (cells.column(name)[place].as_py().strip() for name in cells.column_names)
        said = [cell for cell in line if cell]
        if said and TOTAL.fullmatch(said[0]) and all(map(NUMBER.fullmatch, said[1:])):
            totals.append(place)
        elif said and _is_of_a_report(said):
            words.append(place)
        else:
            break
        if len(totals) + len(words) == MOST_BELOW:
            break
    below = {"totals": totals, "words of a report (Page 1 of 3, Printed by)": words}
    lines = np.arange(cells.num_rows)
    return {said: np.isin(lines, places) for said, places in below.items() if places}


def _is_of_a_report(said: list[str]) -> bool:
    if len(said) == 1:
        return FOOTER.fullmatch(said[0]) is not None
    return len(said) <= 1 + MOST_LABELLED and LABEL.fullmatch(said[0]) is not None


def _without_parts(
    cells: pa.Table, match: HeaderMatch, short: Mapping[int, int], is_row: Mask, numbers: pa.Array
) -> tuple[pa.Table, list[Finding]]:
    """The cells, with UNREAD for the key of each line that is part of a row only, or none: it is left out."""
    is_lone = _lone_keys(cells, match) & is_row
    is_pair = _labelled(cells, match, is_row)
    if not short and not is_lone.any() and not is_pair.any():
        return cells, []
    key = cells.column(str(match.columns[match.must_fill[0]]))
    torn, of_form = _torn_lines(cells, key, short, is_row, is_lone)
    if cells.num_columns - 1 in match.columns.values():
        torn = _with_heads(torn, short, of_form, int(np.flatnonzero(is_row)[-1]))
    torn = [place for place in torn if is_row[place]]
    is_lone &= ~of_form
    is_lone |= is_pair
    is_lone[torn] = False
    is_unread = is_lone.copy()
    is_unread[torn] = True
    said = []
    if torn:
        said.append(
            Finding(
                "rows_torn",
                f"{len(torn)} of its lines may be parts of rows, as a line break in a cell without quotation "
                "marks leaves them; none of them was read as a row",
                "export cells in quotation marks or without line breaks, and leave words that are no row out",
                row_number=numbers[torn[0]].as_py(),
            )
        )
    if is_lone.any():
        said.append(
            Finding(
                "line_is_no_row",
                f"{int(is_lone.sum())} of its lines hold one cell or two, and the first does not look as the "
                "others of its column; none of them was read as a row",
                "leave words that are no row out of the export; if it is one, fill its other cells",
                row_number=numbers[int(np.flatnonzero(is_lone)[0])].as_py(),
            )
        )
    rest = len(set(short) - set(np.flatnonzero(is_unread)))
    if rest:
        said.append(noted("short_rows_noted", rest))
    if is_unread.any():
        place = cells.column_names.index(str(match.columns[match.must_fill[0]]))
        read = pc.if_else(pa.array(is_unread), pa.scalar(UNREAD), key)
        cells = cells.set_column(place, cells.column_names[place], read)
    return cells, said


def _torn_lines(
    cells: pa.Table, key: pa.ChunkedArray, short: Mapping[int, int], is_row: Mask, is_lone: Mask
) -> tuple[list[int], Mask]:
    """The places of lines that are parts of rows, and which lines begin with what looks as an id."""
    is_long = is_row.copy()
    is_long[list(short)] = False
    is_whole = is_long & ~is_lone
    most = next(rows for rows in (is_whole, is_long, is_row) if 2 * rows.sum() >= is_row.sum())
    are_told = is_whole.any() or is_row.sum() > FEW
    ids = key.filter(pa.array(most if are_told else is_whole))
    of_form = ~is_row | _are_of_form(key, ids, most is is_whole)
    ends_empty = is_long & _mask(pc.equal(cells.column(cells.column_names[-1]), ""))
    may_begin = of_form
    if is_whole.any():
        may_begin = of_form & _are_of_form(key, key.filter(pa.array(is_whole)), True)
    if _pads(cells, short, ends_empty):
        may_begin = np.zeros_like(of_form)
    return _torn(short, of_form, may_begin, ends_empty, cells.num_columns), of_form


def _lone_keys(cells: pa.Table, match: HeaderMatch) -> Mask:
    """Lines with nothing but a key, where a key is all that a row must have."""
    is_lone = np.zeros(cells.num_rows, np.bool_)
    if len(match.must_fill) > 1 or cells.num_columns == 1:
        return is_lone
    at = str(match.columns[match.must_fill[0]])
    is_lone = ~is_lone
    for name in cells.column_names:
        if name != at and is_lone.any():
            is_lone &= _are_blank(cells.column(name))
    return is_lone


def _labelled(cells: pa.Table, match: HeaderMatch, is_row: Mask) -> Mask:
    """Lines of a label and what it says ("Author", a name), where so much is all that a row must have.

    They are told by rows with more cells: by digits, letters and spaces of their ids.
    """
    none = np.zeros(cells.num_rows, np.bool_)
    if len(match.must_fill) > 2 or cells.num_columns < 3:
        return none
    at = str(match.columns[match.must_fill[0]])
    filled = np.zeros(cells.num_rows, np.int8)
    for name in cells.column_names:
        if name != at:
            filled += _mask(pc.greater(pc.binary_length(cells.column(name)), 0))
            if filled.min() > 1:
                return none
    is_pair, is_more = (filled == 1) & is_row, (filled > 1) & is_row
    if not is_pair.any() or 2 * is_more.sum() < is_row.sum():
        return none
    key = cells.column(at)
    return is_pair & ~_are_of_form(key, key.filter(pa.array(is_more)), False)


def _pads(cells: pa.Table, short: Mapping[int, int], ends_empty: Mask) -> bool:
    """Whether whoever wrote the file writes empty cells at the end of a row: then no row is short."""
    last = (cells.column(str(width - 1))[place].as_py() for place, width in short.items())
    return bool(ends_empty.any()) or any(cell == "" for cell in last)


def _torn(
    short: Mapping[int, int], of_form: Mask, may_begin: Mask, ends_empty: Mask, width: int
) -> list[int]:
    """The lines that are parts of rows: what has no id of the file's form, and what it was torn from.

    Lines one behind another whose cells make one row are such parts too, unless each `may_begin` a short row;
    and one cell behind a row whose last is empty, or before a row that begins with no id.
    """
    torn = {place for place in short if not of_form[place]}
    torn |= {place - 1 for place in torn if place - 1 in short}
    for place, cells in short.items():
        if cells == 1 and place and ends_empty[place - 1]:
            torn |= {place - 1, place}
        if cells == 1 and place + 1 < len(of_form) and not of_form[place + 1]:
            torn |= {place, place + 1}
    for first in sorted(short):
        parts, cells = [first], short[first]
        while cells < width and parts[-1] + 1 in short:
            parts.append(parts[-1] + 1)
            cells += short[parts[-1]] - 1
        is_one_row = cells == width and len(parts) > 1 and torn.isdisjoint(parts)
        if is_one_row and not may_begin[parts[1:]].all():
            torn |= set(parts)
    return sorted(torn)


def _with_heads(torn: list[int], short: Mapping[int, int], of_form: Mask, last: int) -> list[int]:
    """The parts of rows with those whole lines, too, of which the last cell may go on in a line behind.

    Behind the last row words of a report stand more often, unless other rows are torn.
    """
    if torn == [last]:
        return torn
    of_one = (place for place in torn if place and short.get(place) == 1 and not of_form[place])
    return sorted({*torn, *(place - 1 for place in of_one)})


def _are_of_form(cells: pa.ChunkedArray, ids: pa.ChunkedArray, are_sure: bool) -> Mask:
    """Which cells look as the ids do: of digits and letters as nearly all of them are.

    Where all of these are sure to be ids: as long, too, and with no other signs.
    """
    cells, ids = pc.utf8_trim_whitespace(cells), pc.utf8_trim_whitespace(ids)
    if not len(ids):
        return _mask(pc.match_substring_regex(cells, AN_ID))
    of_form = _mask(pc.not_equal(cells, ""))
    for kind in ("[0-9]", r"\p{L}", r"\s"):
        share = _mask(pc.match_substring_regex(ids, kind)).mean()
        if not HARDLY_ANY < share < NEARLY_ALL:
            of_form &= _mask(pc.match_substring_regex(cells, kind)) == (share >= NEARLY_ALL)
    if not are_sure:
        return of_form
    length = pc.utf8_length(cells)
    lengths = pc.min_max(pc.utf8_length(ids)).as_py()
    is_as_long = pc.and_(
        pc.greater_equal(length, lengths["min"] - 1), pc.less_equal(length, lengths["max"] + 1)
    )
    others = pc.unique(pc.replace_substring_regex(ids, r"[0-9\p{L}]", "")).to_pylist()
    signs = re.escape("".join(sorted(set("".join(others)))))
    return of_form & _mask(is_as_long) & _mask(pc.match_substring_regex(cells, rf"^[0-9\p{{L}}{signs}]+$"))
