"""Annex A month after month: what is carried, what has been withdrawn, and any order of arrival."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import permutations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.adapters import convert as opened_files
from ingest.adapters.convert import OpenedSummary, convert_files, finding_files, returns_of
from ingest.discovery.raw_folder import look
from ingest.landing.land import land_returns
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from tests.unit.ingest.adapters.test_annex_a import a_list
from tests.unit.ingest.adapters.workbooks import Cell, workbook

LA = "301"
PSEUDONYMS = read_key(key_file())
NEWEST = "2025-12"
Rows = Mapping[str, Sequence[Mapping[str, Cell]]]


@pytest.fixture
def ledger(places: WarehousePaths) -> Ledger:
    return Ledger(places.ledger)


def book(rows: Rows) -> bytes:
    return workbook({of: a_list(of, *said) for of, said in rows.items()})


def send(places: WarehousePaths, month: str, rows: Rows | bytes, name: str = "annex_a.xlsx") -> None:
    folder = places.raw / month / LA
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(rows if isinstance(rows, bytes) else book(rows))


def opened(places: WarehousePaths, ledger: Ledger) -> OpenedSummary:
    return convert_files(look(places.raw), NEWEST, places.opened, ledger, PSEUDONYMS)


def rows_of(places: WarehousePaths, month: str, name: str, *fields: str) -> list[tuple[object, ...]]:
    [file] = returns_of(places.opened, name, month)
    return sorted((tuple(r[f] for f in fields) for r in pq.read_table(file.path).to_pylist()), key=str)


def alias(child: int) -> str:
    """What stands for a child's id behind the door."""
    return PSEUDONYMS.of(LA, "child", pa.array([str(child)]))[0].as_py()  # type: ignore[no-any-return]


def history(places: WarehousePaths, month: str) -> dict[str, str]:
    return dict(rows_of(places, month, "extract_coverage", "return_name", "history_from"))  # type: ignore[arg-type]


def contact(day: date, child: int = 101, **more: Cell) -> dict[str, Cell]:
    return {"Child Unique ID": child, "Date of Contact": day, **more}


def contacts(places: WarehousePaths, month: str) -> list[object]:
    return [day for (day,) in rows_of(places, month, "contacts", "cont_contact_date")]


def test_a_contact_that_has_moved_out_of_the_window_is_carried_and_history_reaches_back(places, ledger):
    send(places, "2025-03", {"List 1": [contact(date(2024, 10, 1)), contact(date(2025, 3, 1))]})
    send(places, "2025-04", {"List 1": [contact(date(2025, 3, 1)), contact(date(2025, 4, 9))]})
    send(places, "2025-05", {"List 1": [contact(date(2025, 3, 1)), contact(date(2025, 4, 9))]})
    opened(places, ledger)

    # April's list begins on 31 October 2024: what came before is March's word, in May as well
    assert contacts(places, "2025-04") == ["2024-10-01", "2025-03-01", "2025-04-09"]
    assert contacts(places, "2025-05") == ["2024-10-01", "2025-03-01", "2025-04-09"]
    assert [history(places, m)["contacts"] for m in ("2025-03", "2025-05")] == ["2024-10-01", "2024-10-01"]
    assert rows_of(places, "2025-05", "contacts", "origin", "row_number")[0] == (
        "List 1 (sheet 1) of 2025-03",
        2,
    )


def test_what_falls_in_the_newer_window_and_is_not_there_has_been_withdrawn(places, ledger):
    send(places, "2025-03", {"List 1": [contact(date(2024, 10, 30)), contact(date(2024, 10, 31))]})
    send(places, "2025-04", {"List 1": []})
    opened(places, ledger)

    assert contacts(places, "2025-04") == ["2024-10-30"]  # the window of April begins on the 31st


def test_where_a_key_stands_in_both_the_newer_row_stands(places, ledger):
    old, new = contact(date(2024, 10, 1)), contact(date(2024, 10, 1))
    send(places, "2025-03", {"List 1": [old | {"Contact Source": "6"}, old | {"Contact Source": "7"}]})
    send(places, "2025-04", {"List 1": [new | {"Contact Source": "8"}]})
    opened(places, ledger)

    fields = ("cont_contact_id", "cont_contact_source_code")
    assert rows_of(places, "2025-04", "contacts", *fields) == [(f"{alias(101)}|2024-10-01|1", "8")]


def test_a_gap_longer_than_the_window_breaks_the_chain(places, ledger):
    send(places, "2024-09", {"List 1": [contact(date(2024, 4, 1))]})
    send(
        places, "2025-03", {"List 1": [contact(date(2025, 3, 1))]}
    )  # six months on: nothing between is unseen
    send(places, "2025-10", {"List 1": [contact(date(2025, 10, 1))]})  # seven months on
    opened(places, ledger)

    assert contacts(places, "2025-03") == ["2024-04-01", "2025-03-01"]
    assert history(places, "2025-03")["contacts"] == "2024-03-31"
    assert contacts(places, "2025-10") == ["2025-10-01"]
    assert history(places, "2025-10")["contacts"] == "2025-05-01"


def test_a_workbook_without_the_list_does_not_break_the_chain_of_those_that_have_it(places, ledger):
    leavers = {"List 9": [{"LA in Touch": "a) Yes"}]}
    send(places, "2025-03", {"List 1": [contact(date(2024, 10, 1))]})
    send(places, "2025-04", leavers)
    send(places, "2025-05", {"List 1": []})
    opened(places, ledger)

    assert returns_of(places.opened, "contacts", "2025-04") == []
    assert contacts(places, "2025-05") == ["2024-10-01"]


def test_a_referral_keeps_what_list_3_said_of_it_while_its_case_is_open(places, ledger):
    referral = {"Date of referral": date(2024, 4, 1), "Referral Source": "6", "Referral NFA?": "No"}
    case = {"CIN Start Date": date(2024, 4, 1), "Primary Need Code": "N1"}
    closed = case | {"CIN Closure Date": date(2025, 4, 20), "Reason for Closure": "RC7"}
    send(places, "2025-03", {"List 3": [referral], "List 6": [case]})
    send(places, "2025-04", {"List 3": [], "List 6": [closed]})
    opened(places, ledger)

    fields = ("cine_referral_id", "cine_referral_source_code", "cine_close_date")
    assert rows_of(places, "2025-04", "cin_episodes", *fields) == [
        (f"{alias(101)}|2024-04-01", "6", "2025-04-20")
    ]
    assert history(places, "2025-04")["cin_episodes"] == "2024-04-01"


def test_an_open_case_that_is_listed_no_more_has_been_withdrawn_with_its_referral(places, ledger):
    went_on = {"Date of referral": date(2024, 4, 1), "Referral NFA?": "No"}
    ended = {"Date of referral": date(2024, 4, 2), "Referral NFA?": "Yes"}
    send(places, "2025-03", {"List 3": [went_on, ended], "List 6": [{"CIN Start Date": date(2024, 4, 1)}]})
    send(places, "2025-04", {"List 3": [], "List 6": []})
    opened(places, ledger)

    assert rows_of(places, "2025-04", "cin_episodes", "cine_referral_date") == [("2024-04-02",)]


def test_ended_plans_and_periods_of_care_are_carried_with_their_legal_status(places, ledger):
    plan = {
        "Child Protection Plan Start Date": date(2024, 1, 9),
        "Child Protection Plan End Date": date(2024, 10, 9),
        "Date of the Last Statutory Visit": date(2024, 9, 9),
    }
    still_on = {"Child Protection Plan Start Date": date(2024, 2, 9)}
    care = {
        "Date Started to be Looked After": date(2024, 1, 9),
        "Date Ceased to be Looked After": date(2024, 10, 9),
        "Child's Legal Status": "C2",
        "Start date of current legal status": date(2024, 1, 9),
    }
    send(places, "2025-03", {"List 7": [plan, still_on], "List 8": [care]})
    send(places, "2025-04", {"List 7": [], "List 8": []})
    opened(places, ledger)

    assert rows_of(places, "2025-04", "cp_plans", "cppl_cp_plan_start_date") == [("2024-01-09",)]
    assert rows_of(places, "2025-04", "cla_episodes", "clae_cla_episode_ceased_date") == [("2024-10-09",)]
    assert rows_of(places, "2025-04", "legal_statuses", "lega_legal_status") == [("C2",)]
    assert rows_of(places, "2025-04", "cp_visits", "cppv_cp_visit_date") == []  # good at its own month only
    assert {name: history(places, "2025-04")[name] for name in ("cp_plans", "cla_episodes", "cp_visits")} == {
        "cp_plans": "2024-10-01",
        "cla_episodes": "2024-10-01",
        "cp_visits": "2025-04-30",
    }


def test_an_assessment_finds_a_referral_that_only_an_earlier_workbook_has(places, ledger):
    referral = {"Date of referral": date(2024, 4, 1), "Referral NFA?": "Yes"}
    assessment = {"Continuous Assessment Start Date": date(2024, 5, 1)}
    send(places, "2025-03", {"List 3": [referral], "List 4": [], "List 6": []})
    send(places, "2025-04", {"List 3": [], "List 4": [assessment], "List 6": []})
    opened(places, ledger)

    assert rows_of(places, "2025-04", "cin_assessments", "cina_referral_id") == [
        (f"{alias(101)}|2024-04-01",)
    ]


def test_a_child_whom_only_an_earlier_workbook_names_is_known_as_it_knew_them(places, ledger):
    unborn = {"Date of Birth": date(2025, 4, 2), "Gender": "c) Not stated"}
    send(
        places,
        "2025-03",
        {"List 1": [contact(date(2024, 10, 1), 7, **unborn), contact(date(2024, 10, 1), 8)]},
    )
    send(places, "2025-04", {"List 1": [contact(date(2025, 4, 1), 8, **{"Date of Birth": date(2012, 5, 5)})]})
    opened(places, ledger)

    fields = ("pers_person_id", "pers_dob", "pers_expected_dob")
    assert set(rows_of(places, "2025-04", "persons", *fields)) == {
        (alias(7), None, "2025-04-02"),  # due then; whether born is not said
        (alias(8), "2012-05-05", None),  # the newer word on the child
    }
    kinds = {f["finding"] for path in finding_files(places.opened) for f in pq.read_table(path).to_pylist()}
    assert "lists_disagree" not in kinds


MONTHS: dict[str, Rows] = {
    "2025-01": {
        "List 1": [contact(date(2024, 8, 3), 1), contact(date(2024, 9, 1), 2)],
        "List 3": [{"Date of referral": date(2024, 2, 5), "Referral NFA?": "Yes"}],
        "List 6": [],
    },
    "2025-02": {"List 1": [contact(date(2024, 9, 1), 2), contact(date(2025, 2, 1), 3)]},
    "2025-03": {
        "List 1": [contact(date(2025, 2, 1), 3), contact(date(2024, 9, 1), 2, **{"Contact Source": "6"})],
        "List 3": [],
        "List 6": [{"CIN Start Date": date(2024, 2, 5), "CIN Closure Date": date(2024, 6, 1)}],
    },
    "2025-04": {"List 1": [contact(date(2025, 4, 1), 4)], "List 3": [], "List 6": []},
}


def landed(places: WarehousePaths, ledger: Ledger) -> list[tuple[object, ...]]:
    for name in ("contacts", "persons", "cin_episodes", "extract_coverage"):
        for month in MONTHS:
            files = returns_of(places.opened, name, month)
            land_returns({name: {month: files}}, places.landing, ledger, PSEUDONYMS)
    receipts = ledger.table("receipts").to_pylist()
    kept = ("return_name", "reporting_month", "version", "status", "sha256", "content_id", "kept_count")
    return sorted(tuple(r[k] for k in kept) for r in receipts)


def test_months_in_any_order_end_in_the_same_returns_and_receipts(tmp_path):
    ends = []
    books = {month: book(rows) for month, rows in MONTHS.items()}
    for number, order in enumerate(permutations(MONTHS)):
        base = tmp_path / str(number)
        places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
        places.raw.mkdir(parents=True)
        places.prepare()
        ledger = Ledger(places.ledger)
        for month in order:  # each by itself, landed before the next comes
            send(places, month, books[month])
            opened(places, ledger)
            receipts = landed(places, ledger)
        returns = {
            month: rows_of(places, month, "contacts", "cont_contact_id", "cont_contact_source_code", "origin")
            for month in MONTHS
        }
        ends.append((returns, [history(places, month) for month in MONTHS], receipts))
        ledger.close()

    assert len(ends) == 24
    assert all(end == ends[0] for end in ends)
    assert {row[0] for row in ends[0][0]["2025-04"]} == {
        f"{alias(1)}|2024-08-03|1",
        f"{alias(2)}|2024-09-01|1",
        f"{alias(4)}|2025-04-01|1",
    }


def test_what_a_month_was_closed_on_follows_a_month_that_came_late(places, ledger):
    send(places, "2025-02", MONTHS["2025-02"])
    opened(places, ledger)
    landed(places, ledger)
    [receipt] = [r for r in ledger.table("receipts").to_pylist() if r["return_name"] == "contacts"]
    closed_on = ledger.last_receipt_id()
    send(places, "2025-01", MONTHS["2025-01"])
    opened(places, ledger)
    landed(places, ledger)

    [anew] = [
        r
        for r in ledger.table("receipts").to_pylist()
        if (r["return_name"], r["reporting_month"]) == ("contacts", "2025-02")
    ]
    assert (anew["version"], anew["sha256"]) == (1, receipt["sha256"])  # it is the same file
    assert anew["content_id"] != receipt["content_id"]
    assert anew["receipt_id"] == receipt["receipt_id"] <= closed_on


def test_a_cell_that_cannot_be_read_is_told_by_sheet_row_and_the_senders_heading(places, ledger):
    needed = "Was the child assessed as requiring LA children's social care support?"
    assessment = {"Continuous Assessment Start Date": date(2025, 3, 1), needed: "perhaps"}
    send(places, "2025-03", {"List 4": [assessment]})
    opened(places, ledger)
    files = returns_of(places.opened, "cin_assessments", "2025-03")
    land_returns({"cin_assessments": {"2025-03": files}}, places.landing, ledger, PSEUDONYMS)

    [path] = places.landing.glob("cin_assessments/2025-03/*.findings.parquet")
    [finding] = pq.read_table(path).to_pylist()
    assert (finding["column_name"], finding["row_number"]) == (f"List 4 (sheet 1): {needed}", 2)
    assert "perhaps" not in finding.values()


def test_a_refused_replacement_leaves_the_workbook_that_stood(places, ledger):
    send(places, "2025-03", {"List 1": [contact(date(2024, 10, 1))]})
    opened(places, ledger)
    send(places, "2025-03", b"PK\x03\x04 broken")
    send(places, "2025-04", {"List 1": []})

    assert opened(places, ledger).rejected == 1
    assert contacts(places, "2025-03") == contacts(places, "2025-04") == ["2024-10-01"]


def test_two_workbooks_of_one_month_are_both_refused_and_said_so(places, ledger):
    for name in ("a.xlsx", "b.xlsx"):
        send(places, "2025-03", {"List 1": [contact(date(2025, 3, 1))]}, name)

    assert opened(places, ledger).rejected == 2
    assert returns_of(places.opened, "contacts", "2025-03") == []
    told = [f for path in finding_files(places.opened) for f in pq.read_table(path).to_pylist()]
    assert [(f["file"], f["finding"]) for f in told] == [
        ("2025-03/301/a.xlsx", "rejected_file"),
        ("2025-03/301/b.xlsx", "rejected_file"),
    ]
    assert "2 files" in told[0]["reason"]


def test_an_unchanged_folder_is_not_opened_again(places, ledger):
    for month, rows in MONTHS.items():
        send(places, month, rows)

    assert opened(places, ledger).opened == 4
    before = {f.path: f.mtime_ns for f in returns_of(places.opened, "contacts", "2025-04")}
    assert opened(places, ledger).opened == 0
    assert before == {f.path: f.mtime_ns for f in returns_of(places.opened, "contacts", "2025-04")}


def test_each_file_is_read_once(places, ledger, monkeypatch):
    read: list[Path] = []
    real = opened_files.received
    monkeypatch.setattr(opened_files, "received", lambda file: (read.append(file.path), real(file))[1])
    send(places, "2025-03", {"List 1": []})
    (places.raw / "2025-03" / LA / "notes.txt").write_text("hello")
    opened(places, ledger)

    assert sorted(path.name for path in read) == ["annex_a.xlsx", "notes.txt"]
