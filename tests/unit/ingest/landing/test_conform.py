"""A cell is read, or it is a finding: one by one, by rule, and under whatever hypothesis thinks of."""

from datetime import date
from decimal import Decimal

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contracts.return_schema import Field, ReturnFormat, load_formats
from ingest.contracts.tolerances import NOTHING
from ingest.landing.conform import Conformed, conform


def a_format(**types: str) -> ReturnFormat:
    fields = [Field("id", "text", "The key.", required=True)]
    fields += [
        Field(name, kind, "A field.", code_list="sex" if kind == "code" else None, keeps=("FLAG",))
        for name, kind in types.items()
    ]
    return ReturnFormat("invented", "Invented.", "x", "event", ("id",), tuple(fields), None, {}, "0")


def conformed(fmt: ReturnFormat, *rows: dict[str, str | None]) -> tuple[list[tuple], list[tuple]]:
    with duckdb.connect() as db:
        done = _conform(db, fmt, rows)
        kept = [tuple(row.values())[2:] for row in done.rows.to_pylist()]
        found = [
            (f["row_number"], f["column_name"], f["finding"])
            for f in done.findings.to_pylist()
            if not f["finding"].endswith("_noted")
        ]
    return kept, found


def _conform(db: duckdb.DuckDBPyConnection, fmt: ReturnFormat, rows: tuple) -> Conformed:
    columns = {f.name: pa.array([row.get(f.name) for row in rows], pa.string()) for f in fmt.fields}
    numbers = {
        "file_no": pa.array([0] * len(rows), pa.int32()),
        "row_number": pa.array(range(2, len(rows) + 2), pa.int64()),
    }
    return conform(db, pa.table(numbers | columns), fmt)


READ = [
    ("date", "2025-02-28", date(2025, 2, 28)),
    ("date", " 28/02/2025 ", date(2025, 2, 28)),
    ("date", "2025-02-28 00:00:00", date(2025, 2, 28)),
    ("date", "2025-02-28T13:45:00.000Z", date(2025, 2, 28)),
    ("date", "29/02/2024", date(2024, 2, 29)),
    ("boolean", "y", True),
    ("boolean", "FALSE", False),
    ("boolean", "0", False),
    ("integer", "1,234", 1234),
    ("integer", "-£12", -12),
    ("integer", "3.0", 3),
    ("number", "£1,234.50", Decimal("1234.5")),
    ("number", "+.5", None),
    ("code", "male", "M"),
    ("code", "f", "F"),
    ("json", '{"FLAG": "Y", "note": "a child\'s name"}', '{"FLAG":"Y"}'),
]


OPEN = [
    "1900-01-01",
    "9999-12-31",
    "01/01/1900 00:00:00",
    "1/1/1900",
    "01-Jan-1900",
    "19000101",
    "31/12/9999",
    "31-12-9999",
    "31.12.9999 23:59",
    "12/31/9999",
    "9999/12/31",
    "99991231",
    "31 Dec 9999",
    "31-December-9999",
    "Dec 31 9999 12:00AM",
    "9999-12-31T23:59:59.997",
    "2099-12-31",
    "31/12/2099 00:00:00",
    "31-dec-2099",
]
STAND = {"9999-12-30": date(9999, 12, 30), "2025-02-28": date(2025, 2, 28), "2099-12-30": date(2099, 12, 30)}


def test_a_day_that_stands_for_none_is_empty_and_counted() -> None:
    rows = [{"id": str(place), "end": cell} for place, cell in enumerate([*OPEN, *STAND])]
    with duckdb.connect() as db:
        done = _conform(db, a_format(end="date"), tuple(rows))

    assert done.rows["end"].to_pylist() == [None] * len(OPEN) + list(STAND.values())
    [note] = done.findings.to_pylist()
    assert note["finding"] == "open_dates_noted"
    assert note["reason"].startswith(f"{len(OPEN)} cells of the column")


def test_a_day_that_a_row_must_have_and_a_birth_are_what_they_say() -> None:
    fields = [
        Field("id", "text", "The key.", required=True),
        Field("start", "date", "A day.", required=True),
        Field("born", "date", "A birth.", is_birth=True),
    ]
    fmt = ReturnFormat("invented", "Invented.", "x", "event", ("id",), tuple(fields), None, {}, "0")
    kept, found = conformed(fmt, {"id": "1", "start": "1900-01-01", "born": "1900-01-01"})

    assert (kept, found) == ([("1", date(1900, 1, 1), date(1900, 1, 1))], [])


@pytest.mark.parametrize(("kind", "cell", "value"), [r for r in READ if r[2] is not None])
def test_a_cell_is_read_as_its_type(kind: str, cell: str, value: object) -> None:
    kept, found = conformed(a_format(cell=kind), {"id": "1", "cell": cell})

    assert kept == [("1", value)]
    assert found == []


NOT_READ = [
    ("date", "31/02/2025"),
    ("date", "2025-02-28 or so"),
    ("date", "45750"),
    ("boolean", "maybe"),
    ("integer", "1.5"),
    ("integer", "1.234"),
    ("integer", "1,23"),
    ("number", "1e5"),
    ("number", "3,5"),
    ("number", "--1x"),
    ("code", "X"),
    ("json", "[1]"),
    ("json", "{"),
]


@pytest.mark.parametrize(("kind", "cell"), NOT_READ)
def test_a_cell_that_will_not_read_is_a_finding_not_a_silent_null(kind: str, cell: str) -> None:
    kept, found = conformed(a_format(cell=kind), {"id": "1", "cell": cell})

    assert kept == [("1", None)]
    assert found == [(2, "cell", "unreadable_cell")]


@pytest.mark.parametrize("cell", ["", "  ", "NULL", "null", None])
def test_what_means_nothing_is_null_without_a_finding(cell: str | None) -> None:
    for kind in ("text", "date", "code", "integer"):
        assert conformed(a_format(cell=kind), {"id": "1", "cell": cell}) == ([("1", None)], [])


def test_minus_one_is_null_in_text_and_codes_and_a_number_elsewhere() -> None:
    fmt = a_format(text="text", code="code", count="integer")

    kept, found = conformed(fmt, {"id": "1", "text": "-1", "code": "-1", "count": "-1"})

    assert kept == [("1", None, None, -1)]
    assert found == []


@given(st.dates(date(1900, 1, 2), date(2099, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d/%m/%Y"]))
def test_every_day_that_exists_is_read_in_either_spelling(day: date, spelling: str) -> None:
    kept, found = conformed(a_format(cell="date"), {"id": "1", "cell": day.strftime(spelling)})

    assert (kept, found) == ([("1", day)], [])


@given(st.integers(-(10**15), 10**15))
def test_every_whole_number_is_read_with_and_without_commas(number: int) -> None:
    for cell in (str(number), f"{number:,}"):
        assert conformed(a_format(cell="integer"), {"id": "1", "cell": cell}) == ([("1", number)], [])


@given(st.text(), st.sampled_from(["date", "boolean", "integer", "number", "code", "json"]))
def test_no_cell_whatever_is_lost(cell: str, kind: str) -> None:
    kept, found = conformed(a_format(cell=kind), {"id": "1", "cell": cell})

    means_nothing = cell.strip(" \t\r\n\u00a0\u2007\u202f\ufeff").upper() in {
        "",
        "NULL",
        *map(str.upper, NOTHING),
    } or (kind == "code" and cell.strip() == "-1")
    assert (kept[0][1] is not None) + len(found) + means_nothing == 1


PLANS = load_formats()["cp_plans"]


def a_plan(**cells: str) -> dict[str, str | None]:
    start = {"cppl_cp_plan_id": "p", "cppl_person_id": "c", "cppl_cp_plan_start_date": "2025-01-10"}
    return start | cells


def test_the_row_rules_are_applied_in_their_order() -> None:
    kept, found = conformed(
        PLANS,
        a_plan(),
        a_plan(),  # the same again: silent
        a_plan(
            cppl_cp_plan_end_date="2025-01-01"
        ),  # the last of its key, and impossible: nothing is left of it
        a_plan(cppl_cp_plan_id="q", cppl_cp_plan_end_date="2025-01-10"),  # started and ended on a day: kept
        a_plan(cppl_cp_plan_id="", cppl_person_id=""),
    )

    assert [row[0] for row in kept] == ["q"]
    assert found == [
        (6, "cppl_cp_plan_id, cppl_person_id", "required_cell_empty"),
        (2, "cppl_cp_plan_id", "repeated_key"),
        (3, "cppl_cp_plan_id", "repeated_key"),
        (4, "cppl_cp_plan_end_date", "ends_before_start"),
    ]


def test_a_visit_requirement_below_one_day_is_left_out() -> None:
    row = {"person_id": "c", "kind_code": "CP", "from_date": "2025-01-01", "interval_days": "0"}

    assert conformed(load_formats()["visit_requirements"], row) == ([], [(2, "interval_days", "below_least")])
