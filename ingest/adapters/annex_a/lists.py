"""The eleven lists of an Annex A workbook, found by their headings and read as text.

What can be read as a code or a yes or no is read here, because Annex A spells codes its own way; what cannot
stays as text, for conform to report.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from ingest.adapters.base import Notes, workbench
from ingest.adapters.xlsx_reader import Cells, read_sheets
from ingest.contracts import code_lists, dates
from ingest.contracts.cell_types import UNREAD
from ingest.contracts.dates import UNSURE
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import RejectedFileError
from ingest.discovery.workbooks import Contents, check_container
from ingest.privacy.pseudonyms import Pseudonymiser

BORN = "Date of Birth"
LISTS = Path(__file__).parent / "annex_a.yml"
IDENTIFIERS = {"childuniqueid", "childid", "individualadopteridentifier"}
POSTED, ORGANISED = "Placement postcode", "Organisation completing assessment"
IS_POSTCODE = r"^[A-Za-z]{1,2}[0-9][0-9A-Za-z]? ?[0-9][A-Za-z]{2}$"
STANDS_FOR = {POSTED: "ZZ99 9ZZ", ORGANISED: "stated"}  # what no return is made from, and the checks ask for
COUNTED = {"Number of Previous Child Protection Plans"}
OPTION_LETTER = re.compile(r"\(?[a-z]{1,2}\s*[).]\s*(?=\S)", re.IGNORECASE)  # 'a) Male', 'a. WBRI'
LEADING_CODE = re.compile(
    r"([0-9a-z]+)\s*(?:[-:;,.)\u2013\u2014]|\s(?=\S))", re.IGNORECASE
)  # '1B: Individual'
AFTER_CODE = re.compile(r"[0-9a-z]+\s*[-:;,.)\u2013\u2014]\s*(\S.*)", re.IGNORECASE)


@dataclass(frozen=True)
class Heading:
    """One column that returns are made from."""

    name: str
    read: str | None = None  # code list or kind of yes and no
    is_needed: bool = False
    is_mandatory: bool = False  # every row must fill it


@dataclass(frozen=True)
class Window:
    """What of the past a list holds: the records whose latest of these days falls in so many months."""

    months: int
    days: tuple[str, ...]  # headings; a record without such a day is still open, and so on the list


@dataclass(frozen=True)
class AnnexList:
    """One of the eleven lists."""

    name: str
    about: str
    key: str | None  # the heading of the day that, with the child, names a record from month to month
    window: "Window | None"
    headings: Mapping[str, Heading]
    spelled: Mapping[str, str] = field(
        repr=False
    )  # squeezed spelling -> heading, or '' where it is of no use
    own: frozenset[str] = field(repr=False)  # squeezed spellings that no other list has
    is_of_adults: bool


@lru_cache(maxsize=10_000)
def squeezed(text: str) -> str:
    """A heading or a label without what varies between files: case, spaces, quotes, punctuation."""
    return "".join(c for c in text.casefold() if c.isascii() and c.isalnum())


@cache
def _declared() -> Any:
    return yaml.load(LISTS.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@cache
def load_lists() -> Mapping[str, AnnexList]:
    """The lists as annex_a.yml declares them."""
    said = _declared()
    spelled_by_list: dict[str, dict[str, str]] = {}
    headings_by_list: dict[str, dict[str, Heading]] = {}
    for name, about in said["lists"].items():
        shared = {} if about.get("is_of_adults") else said["every_child_list"]
        declared = {h: d or {} for h, d in {**shared, **about["headings"]}.items()}
        headings_by_list[name] = {
            h: Heading(h, d.get("read"), d.get("needed", False), d.get("mandatory", False))
            for h, d in declared.items()
        }
        unused = [*said["unused_everywhere"], *about.get("unused", [])]
        spelled_by_list[name] = {squeezed(s): "" for s in unused} | {
            squeezed(s): h for h, d in declared.items() for s in (h, *d.get("aliases", []))
        }
    everywhere = [set(spelled) for spelled in spelled_by_list.values()]
    return {
        name: AnnexList(
            name=name,
            about=about["about"],
            key=about.get("key"),
            window=Window(w["months"], tuple(w["days"])) if (w := about.get("window")) else None,
            headings=headings_by_list[name],
            spelled=spelled_by_list[name],
            own=frozenset(
                s for s in spelled_by_list[name] if sum(s in spelled for spelled in everywhere) == 1
            ),
            is_of_adults=about.get("is_of_adults", False),
        )
        for name, about in said["lists"].items()
    }


@cache
def load_spellings() -> Mapping[str, Mapping[str, str]]:
    """By list: squeezed spelling -> code, of the code lists and of annex_a.yml."""
    found: dict[str, dict[str, str]] = {}
    for row in code_lists.spellings().to_pylist():
        found.setdefault(row["list"], {}).setdefault(squeezed(row["spelling"]), row["code"])
    for name, codes in _declared()["spellings"].items():
        for code, spellings in codes.items():
            for spelling in spellings:
                found.setdefault(name, {}).setdefault(squeezed(str(spelling)), code)
    return found


@cache
def _codes(read: str) -> Mapping[str, str]:
    return {squeezed(code): code for code in load_spellings()[read].values()}


def list_of(headings: Sequence[str]) -> AnnexList | None:
    """The list that a row of headings belongs to: an identifier and one heading of its own, or two such."""
    said = {squeezed(heading) for heading in headings}
    scores = sorted(((len(said & known.own), name) for name, known in load_lists().items()), reverse=True)
    best, name = scores[0]
    enough = 1 if said & IDENTIFIERS else 2
    return load_lists()[name] if best >= enough and best > scores[1][0] else None


def read_code(cell: str, read: str) -> str | None:
    """The code that a cell means in the list `read`; '' for a declared unknown, None if none can be told."""
    spelled, codes = load_spellings()[read], _codes(read)
    text = cell.strip()
    without_letter = OPTION_LETTER.sub("", text, count=1) if OPTION_LETTER.match(text) else text
    for part in (text, without_letter):
        if (code := spelled.get(squeezed(part))) is not None:
            return code
    head = LEADING_CODE.match(without_letter)
    if head:
        token = squeezed(head.group(1))
        is_marked = not head.group(0)[-1].isspace() or any(c.isdecimal() for c in token)
        if is_marked and token in codes and token not in ("yes", "no"):
            return codes[token]
    tail = AFTER_CODE.match(without_letter)
    return spelled.get(squeezed(tail.group(1))) if tail else None


@dataclass(frozen=True)
class Lists:
    """The lists of a workbook that could be taken, by name. Grain of a table: one row of the list.

    Columns: row_number and origin (where the row stands), carried_from (the month of the earlier workbook
    that it is from; null in the workbook's own rows), child, every declared heading as text, and for each
    date `<heading>: day`, the day read from it as yyyy-mm-dd.
    """

    tables: Mapping[str, pa.Table]
    held: Mapping[str, frozenset[str]]  # the headings that each has

    def table(self, name: str) -> pa.Table:
        """A list, without rows where the workbook does not have it."""
        return self.tables.get(name) if name in self.tables else _schema_of(load_lists()[name]).empty_table()


@dataclass(frozen=True)
class _Found:
    """One list as it stands on its sheet, its cells indices into the text that the workbook shares."""

    origin: str
    row_numbers: pa.Array
    columns: Mapping[str, pa.DictionaryArray]  # by heading, those that the list has
    is_day: pa.Array  # which texts of the dictionary are dates of Excel's own


def open_lists(
    data: bytes, notes: Notes, door: Pseudonymiser | None = None, as_at: date | None = None
) -> Lists:
    """Find and read the lists. Raises RejectedFileError if the workbook is hostile, broken or has no list.

    `as_at` is the last day of its month: without one no year of two digits and no day number is read.
    Through a door, children, workers and adopters go by pseudonyms, and so does every id made of theirs.
    """
    contents = check_container(data)
    found = _find_lists(data, contents, notes)
    tables = _with_days(_with_settled_dates(found, as_at, notes, contents.counts_from_1904), notes)
    if door:
        tables = {name: _through(door, table, load_lists()[name]) for name, table in tables.items()}
    return Lists(
        tables=tables,
        held={name: frozenset(one.columns) for name, one in found.items()},
    )


def _through(door: Pseudonymiser, table: pa.Table, known: AnnexList) -> pa.Table:
    """A list as it may be kept: ids as pseudonyms, of a postcode or free text only what the checks ask."""
    who = "adopter" if known.is_of_adults else "child"
    identified = {"child": who, next(iter(known.headings)): who}
    table = door.through(
        table, identified | {"Allocated Worker": "worker", "Family identifier": "adoptive_family"}
    )
    for heading in known.headings.values():
        cells = table.column(heading.name)
        if heading.name in STANDS_FOR:
            told = pa.scalar(STANDS_FOR[heading.name])
            is_right = pc.match_substring_regex(cells, IS_POSTCODE if heading.name == POSTED else ".")
        elif is_date(heading.name):
            is_day = pc.is_valid(table.column(f"{heading.name}: day"))
            told, is_right = cells, pc.or_kleene(is_day, pc.equal(cells, UNSURE))
        elif heading.read:
            told, is_right = cells, pc.is_in(cells, pa.array(sorted(set(_codes(heading.read).values()))))
        elif heading.name in COUNTED:
            told, is_right = cells, pc.match_substring_regex(cells, "^[0-9]{1,3}$")
        elif heading.name == "URN of Placement":
            told, is_right = cells, pc.match_substring_regex(cells, f"^(?:{_urn()})$")
        else:
            continue
        kept = pc.if_else(is_right, told, pa.scalar(UNREAD))
        kept = pc.if_else(pc.is_valid(cells), kept, pa.scalar(None, pa.string()))
        table = table.set_column(table.column_names.index(heading.name), heading.name, kept)
    return table


def _urn() -> str:
    field = submitted_formats()["cla_placements"].field("clap_cla_placement_urn")
    assert field and field.shaped
    return field.shaped


def _find_lists(data: bytes, contents: Contents, notes: Notes) -> dict[str, _Found]:
    """The lists by their headings. A list on two sheets is taken from neither."""
    wanted = {
        spelling for known in load_lists().values() for spelling, heading in known.spelled.items() if heading
    }
    found: dict[str, _Found | None] = {}
    sheets = read_sheets(
        data,
        contents,
        is_wanted=lambda heading: squeezed(heading) in wanted,
        is_header=lambda row: list_of(row) is not None,
    )
    for number, cells in enumerate(sheets, start=1):
        if isinstance(cells, str):
            notes.add(
                "unknown_sheet",
                f"sheet {number} has no row of headings of an Annex A list, so it was not read",
                "if it is a list, give it the headings of the Annex A guidance",
                origin=f"sheet {number}",
                value=cells,
            )
            continue
        known = list_of(cells.headings)
        assert known is not None  # read_sheets hands over no other
        origin = f"{known.name} (sheet {number})"
        if known.name in found:
            found[known.name] = None
            notes.add(
                "repeated_list",
                f"two sheets hold {known.name} ({known.about}), so neither was taken",
                "send each list once; take copies and drafts out of the workbook",
                origin=origin,
            )
            continue
        found[known.name] = _find_columns(cells, known, origin, notes)
    for name, known in load_lists().items():
        if name not in found:
            notes.add(
                "missing_list",
                f"no sheet holds {name} ({known.about}); what it would fill counts as not submitted",
                "send the list; one with nothing to report still has its headings",
                origin=name,
            )
    if not found:
        raise RejectedFileError(
            "no sheet of it has the headings of an Annex A list, or a return's columns as in docs/returns"
        )
    return {name: one for name, one in found.items() if one is not None}


def _find_columns(cells: Cells, known: AnnexList, origin: str, notes: Notes) -> _Found | None:
    """One list's columns by heading; None where it cannot be taken."""
    held: dict[str, int] = {}
    for position, said in enumerate(cells.headings):
        heading = known.spelled.get(squeezed(said))
        suffixed = re.fullmatch(r"(.*)_\d+", said)
        if heading is None and suffixed and suffixed.group(1) in cells.headings:
            heading = known.spelled.get(
                squeezed(suffixed.group(1))
            )  # the reader numbers headings that repeat
        if heading is None and said.strip():
            notes.add(
                "unknown_column",
                f"column {position + 1} is not one of {known.name} and was ignored",
                "nothing, if it is none of the list's; else give it the heading of the Annex A guidance",
                origin=origin,
                row_number=cells.header_row,
                column_name=f"column {position + 1}",
                value=said,
            )
        elif heading and heading in held:
            notes.add(
                "repeated_column",
                f"columns {held[heading] + 1} and {position + 1} are both {heading}, "
                "so the list was not taken",
                "send each column once",
                origin=origin,
                row_number=cells.header_row,
                column_name=heading,
            )
            return None
        elif heading:
            held[heading] = position
    lacking = [h for h in known.headings.values() if h.name not in held]
    for absent in lacking:
        effect = "so the list was not taken" if absent.is_needed else "so it reads as empty in every row"
        notes.add(
            "missing_column",
            f"{known.name} has no column {absent.name}, {effect}",
            "send the column, or if it stands under another heading, put that name in its place",
            origin=origin,
            row_number=cells.header_row,
            column_name=absent.name,
        )
    if any(absent.is_needed for absent in lacking):
        return None
    _note_excel_errors(cells, known, origin, notes)
    columns = {heading: cells.columns[position] for heading, position in held.items()}
    return _Found(origin, cells.row_numbers, columns, cells.is_day)


def _records_of(table: pa.Table, known: AnnexList, notes: Notes) -> pa.Table:
    """The rows that say something; those of totals and repeated headings are left out and reported."""
    identifier = next(iter(known.headings))
    says = pc.is_valid(pc.coalesce(*(table.column(heading) for heading in known.headings)))
    said = table.column(identifier)
    is_total = pc.match_substring_regex(said, r"^(grand )?totals?\b", ignore_case=True)
    is_no_record = pc.fill_null(pc.or_(is_total, pc.equal(said, identifier)), False)
    if pc.any(is_no_record).as_py():
        left_out = table.filter(is_no_record)
        notes.add_table(
            left_out.num_rows,
            {
                "column_name": identifier,
                "finding": "not_a_record",
                "reason": "the row holds a total or headings, not a record, and was left out",
                "next_move": "take totals and repeated headings out of the list",
            },
            origin=left_out.column("origin"),
            row_number=left_out.column("row_number"),
            value=left_out.column(identifier),
        )
    is_record = pc.and_(says, pc.invert(is_no_record))
    return table if pc.all(is_record).as_py() else table.filter(is_record)


def _note_excel_errors(cells: Cells, known: AnnexList, origin: str, notes: Notes) -> None:
    for row_number, position in cells.errors:
        said = squeezed(cells.headings[position])
        if said in known.spelled:
            notes.add(
                "excel_error",
                "the cell holds an error of Excel (as #N/A or #REF!) and counts as empty",
                "mend the formula, or type the value",
                origin=origin,
                row_number=row_number,
                column_name=known.spelled[said] or cells.headings[position].strip(),
            )


def _read_codes(column: pa.DictionaryArray, read: str) -> pa.Array:
    """Each spelling read once; what means no code stays as it came."""
    used = pc.drop_null(pc.unique(column.indices))
    meant = []
    for cell in column.dictionary.take(used).to_pylist():
        code = read_code(cell, read)
        meant.append(cell if code is None else code or None)
    return pa.array(meant, pa.string()).take(pc.index_in(column.indices, used))


def _with_settled_dates(
    found: Mapping[str, _Found], as_at: date | None, notes: Notes, counts_from_1904: bool
) -> Mapping[str, _Found]:
    """The lists with dates that can be read each by itself: their order is decided by all of the workbook."""
    of_dates = {
        (name, heading): column
        for name, one in found.items()
        for heading, column in one.columns.items()
        if is_date(heading)
    }
    spelled = (
        column.dictionary.take(pc.drop_null(pc.unique(column.indices))) for column in of_dates.values()
    )
    if all(map(dates.are_plain, spelled)):
        return found
    settled: dict[tuple[str, str], pa.Array] = {}
    columns = {}
    for (name, heading), column in of_dates.items():
        text = column.dictionary.take(column.indices)
        text = dates.from_1904(text) if counts_from_1904 else text
        columns[name, heading] = dates.Received(pa.chunked_array([text]), heading, heading == BORN)
    with workbench({}) as db:
        for (name, heading), (text, noted) in dates.settled(db, columns, as_at).items():
            if text is columns[name, heading].text:
                continue
            settled[name, heading] = text.combine_chunks()
            for said in noted:
                origin = found[name].origin
                notes.add(said.finding, said.reason, said.next_move, origin=origin, column_name=heading)
    if not settled:
        return found
    shared = next(iter(found.values()))
    before = next(iter(shared.columns.values())).dictionary
    texts = pc.unique(pa.chunked_array([before, *settled.values()]))
    texts = pa.concat_arrays([before, pc.drop_null(texts.filter(pc.invert(pc.is_in(texts, before))))])
    is_day = pa.concat_arrays([shared.is_day, pa.repeat(pa.scalar(False), len(texts) - len(before))])
    return {
        name: replace(
            one,
            is_day=is_day,
            columns={
                heading: pa.DictionaryArray.from_arrays(
                    pc.index_in(settled[name, heading], texts)
                    if (name, heading) in settled
                    else column.indices,
                    texts,
                )
                for heading, column in one.columns.items()
            },
        )
        for name, one in found.items()
    }


def _with_days(found: Mapping[str, _Found], notes: Notes) -> dict[str, pa.Table]:
    """The tables of Lists. The days of all lists are read at once, each spelling once."""
    dated = [column for one in found.values() for heading, column in one.columns.items() if is_date(heading)]
    used = pc.unique(pa.chunked_array([column.indices for column in dated], pa.int32()))
    days = _days_of(used, dated[0].dictionary, next(iter(found.values())).is_day) if dated else used
    tables = {}
    for name, one in found.items():
        known, count = load_lists()[name], len(one.row_numbers)
        absent = pa.nulls(count, pa.string())
        columns = {
            "row_number": one.row_numbers,
            "origin": pa.repeat(one.origin, count),
            "carried_from": absent,
        }
        for heading in known.headings.values():
            cell = one.columns.get(heading.name)
            if cell is None:
                columns[heading.name] = absent
            else:
                text = cell.dictionary.take(cell.indices)
                columns[heading.name] = _read_codes(cell, heading.read) if heading.read else text
            if is_date(heading.name):
                columns[f"{heading.name}: day"] = absent if cell is None else days.take(cell.indices)
        columns["child"] = columns[next(iter(known.headings))]
        tables[name] = _records_of(pa.table(columns, schema=_schema_of(known)), known, notes)
    return tables


def _days_of(used: pa.Array, dictionary: pa.Array, is_day: pa.Array) -> pa.Array:
    """The dictionary with the used texts read as days; those that Excel holds as dates need no reading."""
    is_used = np.zeros(len(dictionary), bool)
    is_used[pc.drop_null(used).to_numpy()] = True
    is_text = pa.array(is_used & ~pc.fill_null(is_day, False).to_numpy(zero_copy_only=False))
    typed = dictionary.filter(is_text)
    if not len(typed):
        return dictionary
    with workbench({"typed": pa.table({"cell": typed})}) as db:
        days = db.sql("select day(cell)::varchar as day from typed").to_arrow_table()["day"]
    return pc.replace_with_mask(dictionary, is_text, days.combine_chunks())


def _schema_of(known: AnnexList) -> pa.Schema:
    texts = ["origin", "carried_from", "child"]
    for heading in known.headings:
        texts += [heading, f"{heading}: day"] if is_date(heading) else [heading]
    return pa.schema([("row_number", pa.int64()), *((name, pa.string()) for name in texts)])


@cache
def is_date(heading: str) -> bool:
    """Whether a heading is of a date; all of them say so."""
    return re.search(r"\bdate\b", heading, re.IGNORECASE) is not None
