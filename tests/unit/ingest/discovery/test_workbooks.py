"""A workbook that holds returns is read sheet by sheet, as the CSV that Excel would save of each."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ingest.adapters.annex_a.lists import _declared, load_lists
from ingest.adapters.convert import convert_files, finding_files
from ingest.contracts.dates import DAYS_TO_1904
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.raw_folder import look
from ingest.discovery.returns import header_row, sort_files
from ingest.discovery.workbooks import sheets_of
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from publication.queries import files_found
from tests.unit.ingest.adapters.workbooks import ERROR, workbook
from tests.unit.ingest.discovery.test_discovery import (
    CONTACTS,
    LA,
    MONTH,
    PLANS,
    PSEUDONYMS,
    landed,
    written,
    zipped,
)

Put = Callable[[str, bytes], Path]
AS_DATES = [PLANS[0], *([488 + n, f"c{n}", date(2025, 1, 10 + n), 0] for n in range(3))]


@pytest.fixture
def put(places: WarehousePaths) -> Put:
    def put(name: str, data: bytes) -> Path:
        path = places.raw / MONTH / LA / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    return put


@pytest.fixture
def ledger(places: WarehousePaths) -> Iterator[Ledger]:
    with closing(Ledger(places.ledger)) as ledger:
        yield ledger


def taken(places: WarehousePaths) -> dict[str, str]:
    with closing(Ledger(places.ledger)) as ledger:
        found = sort_files(look(places.raw), ledger.read_before())
    return {Path(f.file).name: f.return_name for f in found.files}


def found_kinds(places: WarehousePaths) -> list[tuple[str, str]]:
    found = sort_files(look(places.raw), {})
    return [(Path(odd.file).name, odd.finding.finding) for odd in found.oddities]


def test_a_sheet_is_read_as_its_csv_is_with_titles_dates_and_a_total(
    places: WarehousePaths, ledger: Ledger, put: Put
) -> None:
    titled = [["Plans of the month"], [], *AS_DATES, ["Total: 3"]]
    put("cp_plans.xlsx", workbook({"Sheet1": titled}))
    rows, kinds = landed(places, ledger)
    put("cp_plans.xlsx", b"").unlink()
    as_text = [[str(cell) for cell in row] for row in AS_DATES]
    put("cp_plans.csv", written([["Plans of the month"], [""], *as_text, ["Total: 3"]]))
    of_csv, _ = landed(places, ledger)

    assert rows == of_csv
    assert len(rows) == 3
    assert kinds == {"lines_above_header_noted": 1, "lines_passed_over_noted": 1}


def test_each_sheet_that_fits_a_return_is_one_and_any_other_is_told_once(
    places: WarehousePaths, ledger: Ledger, put: Put
) -> None:
    put(
        "Jane Canary plans.xlsx",
        workbook({"x": PLANS, "Jane Canary": CONTACTS, "Lookup": [["a", "b"], ["1", "2"]], "Empty": []}),
    )
    assert taken(places) == {
        "withheld name 1.xlsx, sheet 1 of 3": "cp_plans",
        "withheld name 1.xlsx, sheet 2 of 3": "contacts",
    }
    assert len(landed(places, ledger)[0]) == 3
    assert len(landed(places, ledger, "contacts")[0]) == 2

    found = sort_files(look(places.raw), ledger.read_before())
    convert_files(found, MONTH, places.opened, ledger, PSEUDONYMS)
    [told] = [row for path in finding_files(places.opened) for row in pq.read_table(path).to_pylist()]
    assert (told["file"], told["finding"]) == (
        f"{MONTH}/{LA}/withheld name 1.xlsx, sheet 3 of 3",
        "unknown_file",
    )
    listed = {one["file"].rpartition("/")[2]: one["heading"] for one in files_found(places)}
    assert sorted(listed) == [f"Jane Canary plans.xlsx, sheet {n} of 3" for n in (1, 2, 3)]


def test_a_workbook_that_was_read_is_not_opened_again(
    places: WarehousePaths, ledger: Ledger, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("returns.xlsx", workbook({"cp_plans": PLANS, "contacts": CONTACTS}))
    landed(places, ledger)
    landed(places, ledger, "contacts")
    before = taken(places)
    monkeypatch.setattr("ingest.discovery.returns.sheets_of", lambda _: pytest.fail("opened"))
    monkeypatch.setattr("ingest.discovery.archives.sheets_of", lambda _: pytest.fail("opened"))

    assert (
        taken(places)
        == before
        == {
            "returns.xlsx, sheet 1 of 2": "cp_plans",
            "returns.xlsx, sheet 2 of 2": "contacts",
        }
    )


def test_two_sheets_of_one_return_are_kept_aside_unless_their_rows_are_equal(
    places: WarehousePaths, put: Put
) -> None:
    put("cp_plans.xlsx", workbook({"Plans": PLANS, "Old": PLANS[:-1]}))
    assert taken(places) == {}
    assert found_kinds(places) == [
        ("cp_plans.xlsx, sheet 1 of 2", "two_files_of_one_return"),
        ("cp_plans.xlsx, sheet 2 of 2", "two_files_of_one_return"),
    ]

    put("cp_plans.xlsx", workbook({"Plans": PLANS, "Copy": PLANS}))
    assert list(taken(places).values()) == ["cp_plans"]
    assert [kind for _, kind in found_kinds(places)] == ["same_rows_noted"]


def test_a_finding_names_sheet_row_and_column(places: WarehousePaths, ledger: Ledger, put: Put) -> None:
    put(
        "cp_plans.xlsx",
        workbook({"S": [["Title"], [], PLANS[0], ["p1", "c1", "31/02/2025", "0"], *PLANS[1:]]}),
    )
    landed(places, ledger)

    [path] = places.landing.rglob("*.findings.parquet")
    [told] = [f for f in pq.read_table(path).to_pylist() if f["finding"] == "unreadable_cell"]
    assert Path(told["file"]).name == "cp_plans.xlsx, sheet 1 of 1"
    assert (told["row_number"], told["column_name"]) == (4, "cppl_cp_plan_start_date")


def test_a_newer_version_of_a_workbook_is_read_for_an_older_csv(places: WarehousePaths, put: Put) -> None:
    put("cp_plans.csv", written(PLANS))
    put("cp_plans.v2.xlsx", workbook({"Plans": PLANS[:-1]}))

    assert taken(places) == {"cp_plans.v2.xlsx, sheet 1 of 1": "cp_plans"}


def test_a_sheet_says_what_excel_shows_of_each_kind_of_cell() -> None:
    packed = BytesIO()
    with xlsxwriter.Workbook(packed) as book:
        sheet = book.add_worksheet()
        day, hour = (book.add_format({"num_format": of}) for of in ("dd/mm/yyyy", "hh:mm"))
        sheet.write_row(1, 1, [488.0, 0.1 + 0.2, 48800000000, True, ' "x", y;z ', "00488"])
        sheet.write_datetime(2, 1, datetime(2025, 3, 14), day)
        sheet.write_datetime(2, 2, datetime(2025, 3, 14, 10, 30, 5), day)
        sheet.write_datetime(2, 3, time(12, 30), hour)
        sheet.write_formula(2, 4, "=1+1", value="2")
        sheet.write_formula(2, 5, "=NA()", value="#N/A")
        sheet.write_formula(2, 6, "=A1/0", value="#DIV/0!")
        book.add_chartsheet()
    [(_, text)] = sheets_of(packed.getvalue())

    assert text.decode().split("\r\n") == [
        ",,,,,",
        '488,0.3,48800000000,true," ""x"", y;z ",00488',
        "2025-03-14,2025-03-14 10:30:05,12:30:00,2,#N/A,#DIV/0!",
        "",
    ]


def test_formulas_that_no_program_has_worked_out_refuse_the_workbook() -> None:
    whole = workbook({"S": [["a"]]})
    assert sheets_of(whole) == (("S", b"a\r\n"),)
    for formula in (b"<f>1+1</f><v></v>", b"<f>1+1</f>", b'<f ca="1"/><v/>'):
        with pytest.raises(RejectedFileError, match="formulas whose results are not saved"):
            sheets_of(with_cell(whole, b'<c r="A2">' + formula + b"</c>"))
    assert sheets_of(with_cell(whole, b'<c r="A2" t="str"><f>""</f><v></v></c>'))[0][1] == b"a\r\n"


@pytest.mark.parametrize("from_1904", [False, True])
def test_the_last_moment_of_a_day_is_of_that_day(from_1904: bool) -> None:
    day = 45838 - (DAYS_TO_1904 if from_1904 else 0)  # 30 June 2025
    moments = [day + 0.99999999999, day + 0.999999994, day + 0.9999, day + 0.5, day]
    packed = BytesIO()
    with xlsxwriter.Workbook(packed, {"date_1904": from_1904}) as book:
        sheet = book.add_worksheet()
        as_moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        for row, moment in enumerate(moments):
            sheet.write_number(row, 0, moment, as_moment)
    [(_, text)] = sheets_of(packed.getvalue())

    assert [line[:10] for line in text.decode().splitlines()] == ["2025-06-30"] * 5


def test_day_numbers_of_a_workbook_from_1904_are_as_those_of_others_and_ids_stand() -> None:
    sheet = [["Plans"], ["cppl_cp_plan_id", "CPPstartDate"], [45000, 44376], [45001, 44377.5], [1, 2025]]
    [(_, text)] = sheets_of(workbook({"S": sheet}, counts_from_1904=True))

    assert text.decode().split()[2:] == ["45000,45838", "45001,45839.5", "1,2025"]


def with_cell(data: bytes, cell: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            part = old.read(entry)
            if entry == "xl/worksheets/sheet1.xml":
                part = part.replace(b"</sheetData>", b'<row r="2">' + cell + b"</row></sheetData>")
            new.writestr(entry, part)
    return packed.getvalue()


def test_an_error_in_an_id_is_unread_and_told(places: WarehousePaths, ledger: Ledger, put: Put) -> None:
    put("cp_plans.xlsx", workbook({"S": [*PLANS, ["p4", ERROR, date(2025, 3, 13), 1]]}))
    _, kinds = landed(places, ledger)

    assert kinds["words_for_nothing_noted"] == 1  # as in a CSV


def test_what_was_found_of_a_workbook_refused_whole_goes_when_its_sheets_are_read(
    places: WarehousePaths, ledger: Ledger, put: Put
) -> None:
    put("plans.xlsx", workbook({"S": [["a", "b"], ["1", "2"]]}))
    for data in (None, workbook({"S": PLANS})):
        if data:
            put("plans.xlsx", data)
        found = sort_files(look(places.raw), ledger.read_before())
        convert_files(found, MONTH, places.opened, ledger, PSEUDONYMS)
        kinds = [kind for path in finding_files(places.opened) for kind in pq.read_table(path)["finding"]]
        assert [str(kind) for kind in kinds] == ([] if data else ["rejected_file"])


def test_no_list_of_annex_a_is_taken_for_a_return() -> None:
    declared = _declared()
    for name, known in load_lists().items():
        headings = set(known.headings)
        shared = {} if known.is_of_adults else declared["every_child_list"]
        for about in {**shared, **declared["lists"][name]["headings"]}.values():
            headings |= set((about or {}).get("aliases", []))
        for fmt in submitted_formats().values():
            assert fmt.match_headers(sorted(headings)).problem is not None, (name, fmt.name)


def test_the_columns_of_a_sheet_have_their_letters_in_an_error_report(put: Put) -> None:
    path = put("cp_plans.xlsx", workbook({"S": [["Title"], *PLANS], "T": CONTACTS}))

    row = header_row(path.with_name("cp_plans.xlsx, sheet 1 of 2"), submitted_formats()["cp_plans"])
    assert list(row) == PLANS[0]


def test_a_workbook_in_a_zip_is_read_too(places: WarehousePaths, ledger: Ledger, put: Put) -> None:
    put("march.zip", zipped(("returns/cp_plans.xlsx", workbook({"S": PLANS}))))

    assert taken(places) == {"cp_plans.xlsx, sheet 1 of 1": "cp_plans"}
    assert len(landed(places, ledger)[0]) == 3


def test_a_number_of_which_excel_lost_digits_is_shown_as_excel_does_and_text_stands() -> None:
    sheet = [["id", "other"], [1234567890123456789, "1234567890123456"], [123456789012345, "x"]]
    [(_, text)] = sheets_of(workbook({"S": sheet}))

    assert text.decode().split() == [
        "id,other", "1.23457E+18,1234567890123456", "123456789012345,x"
    ]  # fmt: skip
