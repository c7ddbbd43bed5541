"""The dates of a column are read in one order, or are findings; never as another day."""

from collections.abc import Callable
from datetime import date

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contracts.cell_types import UNREAD, without_unread
from ingest.contracts.dates import UNSURE, Received, last_day_of, settled
from ingest.contracts.return_schema import Field, FormatError, ReturnFormat, load_format, load_formats
from ingest.landing.conform import conform
from tests.oracle import reader

AS_AT = date(2025, 3, 31)
FORMAT = ReturnFormat(
    name="invented",
    about="Invented.",
    source_table="x",
    history="event",
    key=("id",),
    fields=(
        Field("id", "text", "The key.", required=True),
        Field("held", "date", "An event."),
        Field("born", "date", "A birth.", is_birth=True),
    ),
    start_and_end=None,
    at_least={},
    digest="0",
)
UNREADABLE, OF_EITHER = "unreadable_cell", "order_of_dates_unsure"


def read(
    *files: list[str | None], column: str = "held", as_at: date | None = AS_AT
) -> tuple[list[list[date | None]], list[tuple]]:
    """What each file's column became, and the findings: file, row, column and kind."""
    cells = [(no, row, cell) for no, file in enumerate(files) for row, cell in enumerate(file, start=2)]
    nothing = pa.nulls(len(cells), pa.string())
    said = pa.array([cell for _, _, cell in cells], pa.string())
    table = pa.table(
        {
            "file_no": pa.array([no for no, _, _ in cells], pa.int32()),
            "row_number": pa.array([row for _, row, _ in cells], pa.int64()),
            "id": pa.array([str(row) for _, row, _ in cells]),
            "held": said if column == "held" else nothing,
            "born": said if column == "born" else nothing,
        }
    )
    with duckdb.connect() as db:
        made = conform(db, table, FORMAT, as_at)
        rows, findings = made.rows.to_pylist(), made.findings.to_pylist()
    found = [(f["file_no"], f["row_number"], f["column_name"], f["finding"], f["reason"]) for f in findings]
    return [[row[column] for row in rows if row["file_no"] == no] for no in range(len(files))], found


def days_of(*cells: str, column: str = "held", as_at: date | None = AS_AT) -> list[str | None]:
    [days], _ = read(list(cells), column=column, as_at=as_at)
    return [day.isoformat() if day else None for day in days]


def kinds_of(*cells: str, column: str = "held", as_at: date | None = AS_AT) -> list[tuple[int, str]]:
    """The faults found, by row."""
    _, found = read(list(cells), column=column, as_at=as_at)
    return sorted((row, kind) for _, row, _, kind, _ in found if kind != "date_form_noted")


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("14.03.2025", "2025-03-14"),
        ("14-03-2025", "2025-03-14"),
        ("4/3/2025", "2025-03-04"),
        ("14/03/25", "2025-03-14"),
        ("14-Mar-25", "2025-03-14"),
        ("14 March 2025", "2025-03-14"),
        ("1st sept 2024", "2024-09-01"),
        ("Mar  4 2025 12:00AM", "2025-03-04"),
        ("20250314", "2025-03-14"),
        ("20250314.0", "2025-03-14"),
        ("2025-3-4", "2025-03-04"),
        ("2025/03/14", "2025-03-14"),
        ("14.03.2025 09:30", "2025-03-14"),
        ("2025-03-14 00:00:00.000", "2025-03-14"),
        ("45730", "2025-03-14"),
        ("45730.5", "2025-03-14"),
    ],
)
def test_a_day_is_read_however_it_is_written(cell: str, day: str) -> None:
    assert days_of(cell) == [day]
    assert kinds_of(cell) == []


@pytest.mark.parametrize(
    "cell",
    [
        "31.02.2025",
        "30-Feb-2025",
        "14-Mars-2025",
        "14/03-2025",
        "14/03/025",
        "20251403",
        "18991231",
        "14 March",
        "March 2025",
        "2025",
        "250314",
    ],
)
def test_what_is_no_day_is_a_finding(cell: str) -> None:
    assert days_of(cell) == [None]
    assert kinds_of(cell) == [(2, UNREADABLE)]


def test_one_value_with_the_month_first_makes_those_unread_that_can_be_read_two_ways() -> None:
    cells = ["3/14/2025", "03/04/2025", "5/5/2025", "25/12/2024", "2025-01-02", "3-Feb-2025"]

    assert days_of(*cells) == ["2025-03-14", None, "2025-05-05", "2024-12-25", "2025-01-02", "2025-02-03"]
    assert kinds_of(*cells) == [(3, OF_EITHER)]
    # without it, the day is first
    assert days_of(*cells[1:])[0] == "2025-04-03"
    assert kinds_of(*cells[1:]) == []


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2025-06-30T23:30:00Z", "2025-07-01"),  # London is an hour ahead in summer
        ("2025-06-30 23:00:00.000+00:00", "2025-07-01"),
        ("2025-06-30T22:59:59Z", "2025-06-30"),
        ("2025-01-31T23:30:00Z", "2025-01-31"),  # and is not in winter
        ("2025-03-29T23:30:00Z", "2025-03-29"),
        ("2025-03-30T23:30:00Z", "2025-03-31"),  # the clocks had gone forward
        ("2024-10-26T23:30:00Z", "2024-10-27"),
        ("2024-10-27T23:30:00Z", "2024-10-27"),  # and back
        ("2025-07-01T00:30:00+01:00", "2025-07-01"),
        ("2025-07-01T00:30:00+0200", "2025-06-30"),
        ("2025-06-30T19:30:00-05:00", "2025-07-01"),
        ("30/06/2025 23:30:00Z", "2025-07-01"),
        ("30 Jun 2025 11:30 PM +00:00", "2025-07-01"),
        ("2025-06-30T23:30:00", "2025-06-30"),  # no zone: the time is dropped (spec/returns.md, 3)
        ("2025-06-30T00:00:00Z", "2025-06-30"),
    ],
)
def test_a_time_in_a_zone_is_of_the_day_that_it_was_in_london(cell: str, day: str) -> None:
    assert days_of(cell, as_at=date(2025, 7, 31)) == [day]
    assert kinds_of(cell, as_at=date(2025, 7, 31)) == []


@pytest.mark.parametrize(
    "cell", ["2025-06-30T23:59:59Z", "2025-06-30T23:59:59.999+00:00", "2025-06-30T24:00Z"]
)
def test_the_end_of_a_day_in_utc_is_not_moved_to_the_next_nor_left(cell: str) -> None:
    [days], [(_, _, _, kind, reason)] = read([cell], as_at=date(2025, 7, 31))

    assert (days, kind) == ([None], UNREADABLE)
    assert "the end of a day in London" in reason
    winter = cell.replace("-06-", "-11-").replace("24:00", "23:59:59")
    assert days_of(winter) == ["2025-11-30"]


def test_a_time_that_no_clock_has_is_no_time_of_a_zone() -> None:
    assert days_of("2025-06-30T25:00:00Z", "2025-06-30T23:75:00Z") == [None, None]


def test_the_twelfth_can_be_a_month_and_the_thirteenth_cannot() -> None:
    assert days_of("12/13/2024", "12/11/2024") == ["2024-12-13", None]
    assert days_of("12/12/2024", "12/11/2024") == ["2024-12-12", "2024-11-12"]


def test_the_order_of_one_file_is_no_evidence_for_another() -> None:
    (american, british), found = read(["3/14/2025", "3/4/2025"], ["14/3/2025", "3/4/2025"])

    assert american == [date(2025, 3, 14), None]
    assert british == [date(2025, 3, 14), date(2025, 4, 3)]
    assert [(no, row) for no, row, _, kind, _ in found if kind == OF_EITHER] == [(0, 3)]


def read_both(held: list[str], born: list[str]) -> tuple[list[tuple], list[tuple]]:
    """What two columns of one file became, and the faults found: row, column and kind."""
    table = pa.table(
        {
            "file_no": pa.array([0] * len(held), pa.int32()),
            "row_number": pa.array(range(2, len(held) + 2), pa.int64()),
            "id": [str(row) for row in range(len(held))],
            "held": held,
            "born": born,
        }
    )
    with duckdb.connect() as db:
        made = conform(db, table, FORMAT, AS_AT)
    days = [
        tuple(row[name] and row[name].isoformat() for name in ("held", "born"))
        for row in made.rows.to_pylist()
    ]
    kinds = [(f["row_number"], f["column_name"], f["finding"]) for f in made.findings.to_pylist()]
    return days, [kind for kind in kinds if kind[2] != "date_form_noted"]


def test_a_column_that_shows_the_month_first_makes_the_others_of_its_file_unsure() -> None:
    days, kinds = read_both(["3/14/2025", "5/5/2025"], ["03/04/2012", "2011-02-01"])

    assert days == [("2025-03-14", None), ("2025-05-05", "2011-02-01")]
    assert kinds == [(2, "born", OF_EITHER)]


def test_a_column_that_shows_the_day_first_stands_for_itself_whatever_another_shows() -> None:
    days, kinds = read_both(["3/14/2025", "3/4/2025"], ["03/04/2012", "25/12/2011"])

    assert days == [("2025-03-14", "2012-04-03"), (None, "2011-12-25")]
    assert kinds == [(3, "held", OF_EITHER)]


def test_a_column_that_shows_the_year_first_makes_years_of_two_digits_elsewhere_unsure() -> None:
    days, kinds = read_both(["14-03-09", "99-02-08"], ["03/04/12", "03/04/2012"])

    assert [born for _, born in days] == [None, "2012-04-03"]
    assert (2, "born", OF_EITHER) in kinds


@given(
    st.lists(st.tuples(st.integers(1, 31), st.integers(1, 31)), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(1, 31), st.integers(1, 31)), min_size=1, max_size=5),
)
def test_the_second_opinion_reads_the_same_days_of_two_columns(one: list[tuple], other: list[tuple]) -> None:
    count = min(len(one), len(other))
    held, born = ([f"{a}/{b}/2020" for a, b in pairs[:count]] for pairs in (one, other))
    days, _ = read_both(held, born)
    shown = reader.shown_orders(set(held), AS_AT, False) | reader.shown_orders(set(born), AS_AT, True)

    for place, (cells, is_birth) in enumerate([(held, False), (born, True)]):
        opinion = reader.read_dates(set(cells), AS_AT, is_birth, frozenset(shown))
        got = [day and date.fromisoformat(day).toordinal() for day in (row[place] for row in days)]
        assert got == [opinion[cell] for cell in cells]


def test_a_year_of_two_digits_that_stands_first_makes_the_others_unread() -> None:
    assert days_of("14-03-09", "31-01-08") == ["2009-03-14", "2008-01-31"]
    assert days_of("14-03-09", "99-02-08") == [None, None]
    assert kinds_of("14-03-09", "99-02-08") == [(2, OF_EITHER), (3, UNREADABLE)]


def test_two_digits_at_both_ends_of_dashes_are_unsure_until_a_cell_shows_the_day_first() -> None:
    cells = ["24-07-14", "24-08-10", "25-01-02"]

    assert days_of(*cells) == [None, None, None]
    assert {kind for _, kind in kinds_of(*cells)} == {OF_EITHER}
    # a day past every year that may be reported, or slashes, as no year first is written with
    assert days_of(*cells, "31-01-25") == ["2014-07-24", "2010-08-24", "2002-01-25", "2025-01-31"]
    assert days_of("24/07/14", "25/01/02") == ["2014-07-24", "2002-01-25"]
    assert days_of("24-07-24") == ["2024-07-24"]


def test_a_time_with_am_is_of_a_machine_that_may_write_the_month_first() -> None:
    assert days_of("3/4/2024 12:00:00 AM") == days_of("03/04/2024 12:00:00 AM") == [None]
    assert kinds_of("03/04/2024 9:30 pm") == [(2, OF_EITHER)]
    assert days_of("03/04/2024 12:00:00 AM", "25/12/2024 9:30 PM") == ["2024-04-03", "2024-12-25"]
    assert days_of("3/3/2024 12:00:00 AM", "2024-04-03 12:00:00 AM") == ["2024-03-03", "2024-04-03"]


def test_a_thirteenth_month_shows_that_the_day_stands_second() -> None:
    cells = ["2024-13-07", "2024-05-07", "2024-05-05", "2024-07-13"]

    assert days_of(*cells) == [None, None, "2024-05-05", "2024-07-13"]
    assert kinds_of(*cells) == [(2, UNREADABLE), (3, OF_EITHER)]
    assert days_of("2024-02-30", "2024-05-07") == [None, "2024-05-07"]


def test_six_digits_behind_a_nought_are_no_day_number() -> None:
    assert days_of("040714", "030715") == [None, None]
    assert days_of("040714", column="born") == [None]
    assert kinds_of("040714", "45730") == [(2, UNREADABLE), (3, UNREADABLE)]


@pytest.mark.parametrize(
    "cell", ["0024-07-14", "1824-07-14", "2204-07-14", "14/07/0024", "14.07.2204", "9999-01-01"]
)
def test_a_day_outside_sense_is_a_finding(cell: str) -> None:
    assert days_of(cell, "2025-01-01") == [None, "2025-01-01"]
    assert kinds_of(cell) == [(2, UNREADABLE)]
    assert days_of("1900-01-02", "31/12/2100") == ["1900-01-02", "2100-12-31"]


def test_an_event_is_never_fifty_years_ahead() -> None:
    assert days_of("30/03/75") == ["2075-03-30"]
    assert days_of("31/03/75") == ["1975-03-31"]
    assert days_of("30-Mar-75", "31-Mar-75") == ["2075-03-30", "1975-03-31"]


def test_a_birth_is_never_in_the_future() -> None:
    assert days_of("31/03/25", column="born") == ["2025-03-31"]
    assert days_of("1/4/26", column="born") == ["1926-04-01"]
    assert days_of("01-Jan-40", column="born") == ["1940-01-01"]
    # born after the month was over, or a hundred years before: nobody can tell
    for cell in ("1/4/25", "31/03/26", "01-Apr-25"):
        assert days_of(cell, column="born") == [None]
        assert kinds_of(cell, column="born") == [(2, UNREADABLE)]
    # the month first would be to come; the day first is not
    assert days_of("04/03/25", column="born") == ["2025-03-04"]


def test_day_numbers_are_read_where_the_whole_column_is_of_them() -> None:
    assert days_of("45730", "45731") == ["2025-03-14", "2025-03-15"]
    assert days_of("45730", "") == ["2025-03-14", None]
    assert days_of("45730", "2025-03-15") == [None, "2025-03-15"]
    assert kinds_of("45730", "2025-03-15") == [(2, UNREADABLE)]


@pytest.mark.parametrize(
    ("column", "first", "last"),
    [("held", ("32874", "1990-01-01"), ("46752", "2027-12-31")), ("born", ("61", "1900-03-01"), None)],
)
def test_day_numbers_fall_in_a_possible_range(column: str, first: tuple, last: tuple | None) -> None:
    assert days_of(first[0], column=column) == [first[1]]
    before = str(int(first[0]) - 1)
    assert days_of(before, column=column) == [None]
    assert days_of(before, first[0], column=column) == [None, None]
    if last:
        assert days_of(last[0], column=column) == [last[1]]
        assert kinds_of(str(int(last[0]) + 1), column=column) == [(2, UNREADABLE)]


def test_years_of_birth_are_no_day_numbers() -> None:
    assert days_of("1899", column="born") == ["1905-03-13"]
    assert days_of("1900", column="born") == days_of("2100", column="born") == [None]
    assert days_of("2101", column="born") == ["1905-10-01"]


def test_without_a_month_reported_nothing_is_taken_from_it() -> None:
    cells = ["14-Mar-25", "14/03/25", "14-Mar-2025", "14.3.2025"]

    assert days_of(*cells, as_at=None) == [None, None, "2025-03-14", "2025-03-14"]
    assert days_of("45730", as_at=None) == [None]


def test_a_form_that_was_read_leaves_one_note_of_a_file_and_column() -> None:
    _, found = read(["14.03.2025", "15.03.2025", "2025-03-16", "17-Mar-25"], ["14/03/2025"])

    assert [(no, row, column, kind) for no, row, column, kind, _ in found] == [
        (0, None, "held", "date_form_noted"),
        (0, None, "held", "date_form_noted"),
    ]
    assert sorted(reason.split(",")[0] for *_, reason in found) == [
        "1 cell of the column have a year of two digits",
        "2 cells of the column are read day first",
    ]


FORMS: dict[str, Callable[[date], str]] = {
    "iso": date.isoformat,
    "british": lambda d: d.strftime("%d/%m/%Y"),
    "dotted": lambda d: d.strftime("%d.%m.%Y"),
    "dashed": lambda d: d.strftime("%d-%m-%Y"),
    "one digit": lambda d: f"{d.day}/{d.month}/{d.year}",
    "named": lambda d: d.strftime("%d-%b-%Y"),
    "named in full": lambda d: d.strftime("%d %B %Y"),
    "two digits": lambda d: d.strftime("%d/%m/%y"),
    "named, two digits": lambda d: d.strftime("%d-%b-%y"),
    "compact": lambda d: d.strftime("%Y%m%d"),
    "with a time": lambda d: f"{d} 00:00:00.000",
    "day numbers": lambda d: str((d - date(1899, 12, 30)).days),
    "american": lambda d: f"{d.month}/{d.day}/{d.year}",
}
EVENTS = st.lists(st.dates(date(1990, 1, 1), date(2027, 12, 31)), min_size=1, max_size=12)


@given(EVENTS, st.sampled_from(sorted(FORMS)))
def test_a_column_in_any_form_reads_as_its_own_days_or_not_at_all(days: list[date], form: str) -> None:
    if form == "american":  # that tells itself by one value at least
        days = [date(2025, 3, 14), *days]
    cells = [FORMS[form](day) for day in days]
    [got], found = read(cells)

    unread = {row for _, row, _, kind, _ in found if kind in (UNREADABLE, OF_EITHER)}
    for row, (day, was) in enumerate(zip(days, got, strict=True), start=2):
        assert was == day or (was is None and row in unread)
    if form != "american":
        assert not unread


@given(EVENTS, st.data())
def test_days_in_many_forms_are_never_another_day(days: list[date], data: st.DataObject) -> None:
    forms = sorted(set(FORMS) - {"american"})
    cells = [FORMS[data.draw(st.sampled_from(forms))](day) for day in days]
    [got], _ = read(cells)

    assert all(was in (day, None) for was, day in zip(got, days, strict=True))


PIECES = st.builds(
    "{}{}{}{}{}".format,
    st.integers(0, 34),
    st.sampled_from("/.-"),
    st.one_of(st.integers(0, 14), st.sampled_from(["Mar", "June"])),
    st.sampled_from("/.-"),
    st.sampled_from(["2025", "25", "74", "75", "99", "00", "31", "02", "2000"]),
)
NUMBERS = st.sampled_from(["45730", "45730.0", "32874", "32873", "20250314", "2015", "60", "61", "9"])


@given(st.lists(st.one_of(PIECES, NUMBERS), min_size=1, max_size=6), st.booleans())
def test_the_second_opinion_reads_the_same_days(cells: list[str], is_birth: bool) -> None:
    [days], _ = read(list(cells), column="born" if is_birth else "held")
    opinion = reader.read_dates(set(cells), AS_AT, is_birth)

    assert [day and day.toordinal() for day in days] == [opinion[cell] for cell in cells]


def test_a_column_of_another_format_is_settled_before_any_cell_of_it_is_read() -> None:
    def settled_by_name(**columns: list[str | None]) -> dict[str, tuple[list, list]]:
        received = {
            ("a table", name): Received(pa.chunked_array([cells]), name, False)
            for name, cells in columns.items()
        }
        with duckdb.connect() as db:
            read = settled(db, received, AS_AT)
        return {name: (text.to_pylist(), notes) for (_, name), (text, notes) in read.items()}

    british = ["14.03.2025", "03/04/2025", "soon", "", None, "01/02/2025 10:00"]
    column, notes = settled_by_name(held=british)["held"]
    assert column == ["2025-03-14", "03/04/2025", "soon", "", None, "2025-02-01"]
    assert [note.column_name for note in notes] == ["held"]
    plain = ["2025-03-14", "14/03/2025", "", None]
    assert settled_by_name(held=plain) == {"held": (plain, [])}
    american = settled_by_name(
        held=["3/14/2025", "3/4/2025", "03/04/2025"], ended=["03/04/2025", "05/05/2025"]
    )
    assert american["held"][0] == ["2025-03-14", UNSURE, UNSURE]
    assert american["ended"][0] == [UNSURE, "05/05/2025"]


def test_a_date_of_either_order_stays_one_when_a_return_is_set_down() -> None:
    said = pa.table(
        {"id": ["1", "2", "3"], "held": ["3/14/2025", "3/4/2025", "soon"], "born": ["01/02/2003", "", None]}
    )
    with duckdb.connect() as db:
        set_down = without_unread(db, said, FORMAT, AS_AT)

    assert set_down["held"].to_pylist() == ["3/14/2025", UNSURE, UNREAD]
    assert set_down["born"].to_pylist() == [UNSURE, "", None]
    assert kinds_of(*set_down["held"].to_pylist()) == [(3, OF_EITHER), (4, UNREADABLE)]


def test_which_field_is_a_birth_is_a_fact_of_the_format() -> None:
    births = [(name, f.name) for name, fmt in load_formats().items() for f in fmt.fields if f.is_birth]

    assert births == [("persons", "pers_dob")]


def test_only_a_date_can_be_one_of_birth(tmp_path) -> None:
    path = tmp_path / "x.yml"
    path.write_text(
        "name: x\nabout: X.\nsource_table: x\nhistory: event\nkey: [id]\n"
        "fields:\n  id: {type: text, about: Id, is_birth: true}\n"
    )

    with pytest.raises(FormatError, match="id: only a date is one of birth"):
        load_format(path)


def test_the_last_day_of_a_month() -> None:
    assert [last_day_of(month) for month in ("2024-02", "2025-02", "2024-12")] == [
        date(2024, 2, 29),
        date(2025, 2, 28),
        date(2024, 12, 31),
    ]
