"""What people have becomes the returns, whatever a file is named and however it is written."""

import csv
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.adapters.convert import convert_files, finding_files
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import read_csv
from ingest.discovery.names import claimed
from ingest.discovery.raw_folder import RawFolder, look, own_names
from ingest.discovery.returns import sort_files
from ingest.landing.land import land_returns, pending_months
from ingest.ledger import Ledger, Submission
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from publication.queries import GONE, READ, TO_DO, WAITING, files_found

MONTH, LA = "2025-03", "301"
PSEUDONYMS = read_key(key_file())
PLANS = [
    ["cppl_cp_plan_id", "cppl_person_id", "cppl_cp_plan_start_date", "number_of_previous_plans"],
    ["p1", "c1", "2025-01-10", "0"],
    ["p2", "c2", "2025-02-11", "1"],
    ["p3", "c3", "2025-03-12", ""],
]
CONTACTS = [
    ["cont_contact_id", "cont_person_id", "cont_contact_date", "cont_contact_source_code"],
    ["k1", "c1", "2025-01-10", "1A"],
    ["k2", "c2", "2025-02-11", "2A"],
]
FORM = submitted_formats()["cp_plans"].match_headers


def written(rows: list[list[str]], separator: str = ",", end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


Put = Callable[[str, bytes], Path]


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


def sorted_out(places: WarehousePaths) -> RawFolder:
    return sort_files(look(places.raw), {})


def held(places: WarehousePaths) -> dict[str, str]:
    """The name of each file that is a return, and which it is."""
    return {Path(f.path).name: f.return_name for f in sorted_out(places).files}


def oddities(places: WarehousePaths) -> list[tuple[str, str]]:
    return [(Path(o.file).name, o.finding.finding) for o in sorted_out(places).oddities]


def landed(
    places: WarehousePaths, ledger: Ledger, name: str = "cp_plans"
) -> tuple[list[dict], dict[str, int]]:
    """The rows of a return, without what tells their file, and how often each kind was found."""
    found = sort_files(look(places.raw), ledger.read_before())
    land_returns({name: {MONTH: found.of(name, MONTH)}}, places.landing, ledger, PSEUDONYMS)
    [receipt] = ledger.latest(name, MONTH).values()
    assert receipt.landed, receipt.reason
    path = places.landing / receipt.landed
    rows = [row | {"content_id": 0, "row_number": 0} for row in pq.read_table(path).to_pylist()]
    beside = path.with_suffix(".findings.parquet")
    kinds: dict[str, int] = {}
    for found_one in pq.read_table(beside).to_pylist() if beside.exists() else []:
        kinds[found_one["finding"]] = kinds.get(found_one["finding"], 0) + 1
    return rows, kinds


NAMES = [
    "ssd_cp_plans.csv", "CP_Plans.CSV", "cp_plans (1).csv", "cp_plans_202503.csv", "Copy of cp_plans.csv",
    "cp_plans - Copy.csv", "cp plans March 2025.csv", "CPPlans.csv", "cp-plans-2025-03-31.csv",
    "SSD_CP_PLANS_v2_FINAL.csv", "301_cp_plan.csv", "cp_plans.txt", "CP_PLANS", "cp_plans.csv.csv",
    "dbo.ssd_cp_plans.csv", "export cp_plans 20250401T0712.tsv",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_return_is_known_by_any_decorated_name(name: str, places: WarehousePaths, put: Put) -> None:
    put(name, written(PLANS))

    [file] = sorted_out(places).files
    assert file.return_name == "cp_plans"
    assert [note.finding for note in file.notes] == ([] if name == "cp_plans.txt" else ["file_name_noted"])


@pytest.mark.parametrize(
    "name", ["smith_cp_plans.csv", "cp_plans_contacts.csv", "plans.csv", "cp.csv", "x.csv"]
)
def test_a_name_that_says_more_or_less_claims_nothing(name: str) -> None:
    assert claimed(name) is None


def test_a_name_that_tells_nothing_leaves_it_to_the_header(places: WarehousePaths, put: Put) -> None:
    put("REPORT_0423.csv", written(PLANS))

    assert held(places) == {"REPORT_0423.csv": "cp_plans"}


def test_where_name_and_header_disagree_the_header_wins_and_says_so(places: WarehousePaths, put: Put) -> None:
    put("contacts.csv", written(PLANS))
    put("cp_plans.csv", written(CONTACTS))

    assert held(places) == {"contacts.csv": "cp_plans", "cp_plans.csv": "contacts"}
    [first, second] = (note.reason for f in sorted_out(places).files for note in f.notes)
    assert "its name says contacts, its header row is that of cp_plans" in first
    assert "its name says cp_plans, its header row is that of contacts" in second


def test_a_header_that_lacks_a_column_is_refused_under_its_own_name(places: WarehousePaths, put: Put) -> None:
    put("CP_Plans.csv", written([row[1:] for row in PLANS]))

    assert held(places) == {"CP_Plans.csv": "cp_plans"}


def test_a_header_of_two_returns_is_neither_unless_the_name_tells(places: WarehousePaths, put: Put) -> None:
    both = [[*plan, *contact] for plan, contact in zip(PLANS, CONTACTS, strict=False)]
    put("joined.csv", written(both))
    assert (held(places), oddities(places)) == ({}, [("withheld name 1.csv", "return_unsure")])

    put("joined.csv", written(both)).rename(places.raw / MONTH / LA / "contacts.csv")
    assert held(places) == {"contacts.csv": "contacts"}


def test_two_files_of_one_return_are_both_kept_aside_and_named(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put("cp_plans.csv", written(PLANS))
    put("cp_plans (1).csv", written(PLANS[:-1]))
    found = sorted_out(places)

    assert held(places) == {}
    [first, second] = (o.finding.reason for o in found.oddities)
    assert first == second
    assert "cp_plans.csv and cp_plans (1).csv both hold cp_plans, and their rows differ" in first
    assert pending_months(look(places.raw), ledger) == []  # nothing waits that a refresh would read


def test_two_files_of_equal_rows_are_one(places: WarehousePaths, put: Put) -> None:
    put("cp_plans.csv", written(PLANS))
    put("ssd_cp_plans.csv", written([PLANS[0], *reversed(PLANS[1:])], ";", encoding="utf-16"))

    assert held(places) == {"cp_plans.csv": "cp_plans"}
    assert oddities(places) == [("ssd_cp_plans.csv", "same_rows_noted")]


def test_rows_that_read_alike_are_equal_however_their_dates_and_numbers_are_written(
    places: WarehousePaths, put: Put
) -> None:
    other = [[*row[:2], "/".join(reversed(row[2].split("-"))), row[3] and f"{row[3]}.0"] for row in PLANS[1:]]
    put("cp_plans.csv", written(PLANS))
    put("ssd_cp_plans.csv", written([PLANS[0], *other]))
    assert held(places) == {"cp_plans.csv": "cp_plans"}

    put("ssd_cp_plans.csv", written([PLANS[0], [*other[0][:2], "soon", ""], *other[1:]]))
    assert held(places) == {}


def test_a_file_of_ssda903_is_not_taken_for_a_return_of_its_name(places: WarehousePaths, put: Put) -> None:
    put("missing.csv", b"CHILD,DOB,MISSING,MIS_START,MIS_END\n1,01/01/2010,M,01/01/2025,02/01/2025\n")

    assert held(places) == {}
    assert [other.path.name for _, _, other in sorted_out(places).others] == ["missing.csv"]


def test_a_file_read_before_is_not_opened_again(
    places: WarehousePaths, put: Put, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("contacts.csv", written(PLANS))
    landed(places, ledger)
    monkeypatch.setattr("ingest.discovery.returns._first_bytes", lambda *_: pytest.fail("opened"))

    assert sort_files(look(places.raw), ledger.read_before()).files[0].return_name == "cp_plans"
    assert pending_months(look(places.raw), ledger) == []


BESIDE = {
    ".DS_Store": b"\0\0\0\1Bud1",
    "Thumbs.db": b"\xd0\xcf\x11\xe0",
    "~$cp_plans.xlsx": b"\x05admin",
    "desktop.ini": b"[.ShellClassInfo]\n",
    "cp_plans.csv.tmp": b"id",
    "Smith letter.docx": b"PK\x03\x04",
    "contacts.csv.crdownload": b"id",
    "contacts.csv.part": b"id",
    "notes.txt": b"run again on Monday, then close\n",
}


def test_what_lies_beside_is_passed_over_and_listed_without_a_finding(
    places: WarehousePaths, put: Put
) -> None:
    for name, data in BESIDE.items():
        put(name, data)
    put("cp_plans.csv", written(PLANS))
    (places.raw / ".DS_Store").write_bytes(b"")
    found = sorted_out(places)

    assert held(places) == {"cp_plans.csv": "cp_plans"}
    assert (found.others, found.oddities) == ((), ())
    assert sorted(one.path.name for one in found.beside) == sorted([*BESIDE, ".DS_Store"])
    listed = {Path(one["file"]).name: one["heading"] for one in files_found(places)}
    assert listed == dict.fromkeys(BESIDE, "Passed over: nothing to do") | {
        "cp_plans.csv": "Waiting for the next refresh"
    }


def said_of(places: WarehousePaths, ledger: Ledger) -> dict[str, tuple[str, str]]:
    """What is found of each file that is not read, or not as it is named: its kind and its next move."""
    found = sorted_out(places)
    convert_files(found, MONTH, places.opened, ledger, PSEUDONYMS)
    rows = [row for path in finding_files(places.opened) for row in pq.read_table(path).to_pylist()]
    of_files = [(f.file, note) for f in found.files for note in f.notes]
    of_oddities = [(odd.file, odd.finding) for odd in found.oddities]
    return {row["file"]: (row["reason"], row["next_move"]) for row in rows} | {
        file: (one.reason, one.next_move) for file, one in (*of_files, *of_oddities)
    }


BELOW = {
    "a file in a folder": ("sub/cp_plans.csv", "withheld name 1/cp_plans.csv", "it lies in a folder of the"),
    "a folder in a folder": (
        "sub/sub/cp_plans.csv",
        "withheld name 1/withheld name 1",
        "it is a folder in a",
    ),
}


@pytest.mark.parametrize("kind", BELOW)
def test_what_lies_below_an_authoritys_folder_is_listed_with_its_next_move(
    kind: str, places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    path, told, reason = BELOW[kind]
    (places.raw / MONTH / LA / path).parent.mkdir(parents=True)
    put(path, written(PLANS))

    why, move = said_of(places, ledger)[f"{MONTH}/{LA}/{told}"]
    assert why.startswith(reason)
    assert "line-of-sight receive" in move


def test_text_under_the_name_of_a_workbook_is_read(places: WarehousePaths, put: Put) -> None:
    put("Export.xls", written(PLANS, "\t"))
    put("contacts.xls", b"<html><table><tr><th>a</th></tr></table></html>")

    assert held(places) == {"Export.xls": "cp_plans"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("302_cp_plans.csv", f"its name says authority 302; the folder is {LA}, March 2025"),
        ("cp_plans_202502.csv", f"its name says February 2025; the folder is {LA}, March 2025"),
        ("302_cp_plans_Feb25.csv", "its name says authority 302 and February 2025"),
        (f"{LA}_cp_plans_202503.csv", None),
        ("cp_plans_20250403.csv", None),  # the day of an export
    ],
)
def test_a_name_that_its_folder_contradicts_is_said(
    name: str, said: str | None, places: WarehousePaths, put: Put
) -> None:
    put(name, written(PLANS))

    [file] = sorted_out(places).files
    against = [note.reason for note in file.notes if note.finding == "name_against_folder"]
    assert [one.startswith(said or "") for one in against] == ([True] if said else [])


def test_a_text_file_that_is_a_table_is_not_passed_over(places: WarehousePaths, put: Put) -> None:
    put("other.txt", b"a\tb\tc\n1\t2\t3\n")

    assert [other.path.name for _, _, other in sorted_out(places).others] == ["other.txt"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("report.pdf", b"%PDF-1.7", "it is a PDF, in which no table can be read"),
        ("cp_plans.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "it is protected by a password"),
        ("months.7z", b"7z\xbc\xaf", "it is an archive of 7-Zip"),
    ],
)
def test_what_must_be_made_something_else_first_says_so(
    name: str, data: bytes, said: str, places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put(name, data)
    convert_files(sorted_out(places), MONTH, places.opened, ledger, PSEUDONYMS)

    [finding] = [row for path in finding_files(places.opened) for row in pq.read_table(path).to_pylist()]
    assert finding["reason"].startswith(said)


def test_a_file_is_told_by_its_own_name_only_to_those_who_see_the_raw_folder(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    path = put("Smith, John.csv", b"a,b,c\n1,2,3\n")
    convert_files(sorted_out(places), MONTH, places.opened, ledger, PSEUDONYMS)

    def own() -> dict[str, str]:
        return own_names(look(places.raw), places.raw, ledger.read_before())

    assert own() == {"2025-03/301/withheld name 1.csv": "2025-03/301/Smith, John.csv"}
    [listed] = files_found(places)
    assert (listed["file"], listed["heading"]) == ("2025-03/301/Smith, John.csv", TO_DO)
    assert listed["stands"] == "its columns are those of no return, so it was not read"
    assert listed["to_do"]
    put("A, B.csv", b"a,b,c\n1,2,3\n")  # moves the other to the second place: it is no more the one read
    assert own() == {}
    path.unlink()


def test_what_could_not_be_opened_has_its_own_name_while_its_folder_stands_as_it_was(
    places: WarehousePaths, put: Put
) -> None:
    path = put("Smith, John.zip", b"PK\x03\x04")
    put("Jones.csv", b"")
    changed = path.parent.stat().st_mtime

    def own(read_at: float) -> list[str]:
        return sorted(own_names(sorted_out(places), places.raw, {}, read_at).values())

    assert own(changed + 1) == ["2025-03/301/Smith, John.zip"]
    assert own(changed) == []


def test_files_that_rival_each_other_are_told_by_their_own_names_and_with_their_zips(
    places: WarehousePaths, put: Put
) -> None:
    put("contacts.csv", written(CONTACTS))
    put("Jane Canary contacts.csv", written(CONTACTS[:-1]))
    put("a.zip", zipped(("cp_plans.csv", written(PLANS))))
    put("b.zip", zipped(("cp_plans.csv", written(PLANS[:-1]))))

    assert all("Canary" not in one.finding.reason for one in sorted_out(places).oddities)
    said = {one["stands"].partition(",")[0]: one["heading"] for one in files_found(places)}
    assert said == {
        "contacts.csv and Jane Canary contacts.csv both hold contacts": TO_DO,
        "a.zip/cp_plans.csv and b.zip/cp_plans.csv both hold cp_plans": TO_DO,
    }


def test_a_set_of_tables_that_was_read_is_gone_only_with_the_last_of_them(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    header = put("ssda903/header.csv", b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n1,1,01/01/2015,WBRI,,,\n")
    put("ssda903/uasc.csv", b"CHILD,SEX,DOB,DUC\n1,1,01/01/2015,\n")
    put("contacts.csv", written(CONTACTS))
    convert_files(sorted_out(places), MONTH, places.opened, ledger, PSEUDONYMS)
    receipt = Submission(
        "persons", MONTH, LA, 1, "ssda903", f"{MONTH}/{LA}/ssda903:persons", "a" * 64, 1, "accepted", None,
        1, 1, 0, None, "2025-05-01T09:00:00+00:00",
    )  # fmt: skip
    ledger.add([receipt])
    assert GONE not in {one["heading"] for one in files_found(places)}

    shutil.rmtree(header.parent)
    gone = [(one["file"], one["what"]) for one in files_found(places) if one["heading"] == GONE]
    assert gone == [(f"{MONTH}/{LA}/ssda903", "ssda903")]


def test_what_lies_where_nothing_is_read_says_where_to_put_it(places: WarehousePaths, put: Put) -> None:
    put("old/contacts.csv", written(CONTACTS))
    put("ssda903/header.csv", b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n")
    (places.raw / "cp_plans.csv").write_bytes(written(PLANS))
    (places.raw / MONTH / "contacts.csv").write_bytes(written(CONTACTS))

    said = {one["file"]: (one["heading"], one["to_do"][:32]) for one in files_found(places)}
    assert said == {
        "cp_plans.csv": (TO_DO, "put it in the folder of its mont"),
        f"{MONTH}/contacts.csv": (TO_DO, "put it in the folder of its mont"),
        f"{MONTH}/{LA}/old/contacts.csv": (TO_DO, "move it up into the authority's "),
        f"{MONTH}/{LA}/ssda903/header.csv": (WAITING, "refresh"),
    }


def test_a_file_that_has_changed_or_gone_since_it_was_read_is_no_longer_listed_as_read(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    def stands() -> dict[str, tuple[str, str]]:
        return {Path(one["file"]).name: (one["heading"], one["stands"]) for one in files_found(places)}

    plans, contacts = put("cp_plans.csv", written(PLANS)), put("contacts.csv", written(CONTACTS))
    for name in ("cp_plans", "contacts"):
        landed(places, ledger, name)
    assert stands() == dict.fromkeys(("cp_plans.csv", "contacts.csv"), (READ, "version 1"))

    contacts.write_bytes(b"")
    plans.unlink()
    assert stands() == {
        "contacts.csv": (WAITING, "it has changed since it was read as version 1"),
        "cp_plans.csv": (GONE, "version 1 of it still counts"),
    }

    put("CP plans.csv", written(PLANS))
    landed(places, ledger)
    assert stands()["CP plans.csv"] == (READ, "what it holds was read before, under another name")
    assert "cp_plans.csv" not in stands()


def zipped(*files: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return held.getvalue()


def test_a_zip_of_returns_is_opened_and_written_nowhere(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put("cp_plans.csv", written(PLANS))
    plain, _ = landed(places, ledger)
    (places.raw / MONTH / LA / "cp_plans.csv").unlink()
    put("March.zip", zipped(
        ("out/CP_Plans.csv", written(PLANS, ";")), ("out/contacts.csv", written(CONTACTS)),
        ("__MACOSX/out/._contacts.csv", b"\0"), ("out/Thumbs.db", b"\0"),
    ))  # fmt: skip

    found = sorted_out(places)
    assert {f.file: f.return_name for f in found.files} == {
        "2025-03/301/March.zip/CP_Plans.csv": "cp_plans",
        "2025-03/301/March.zip/contacts.csv": "contacts",
    }
    assert sort_files(found, {}) == found  # sorted once, it is sorted
    assert landed(places, ledger)[0] == plain
    assert not [path for path in places.restricted.rglob("*") if path.suffix == ".csv"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped(("../../cp_plans.csv", written(PLANS))), "leads outside"),
        (zipped(("/cp_plans.csv", written(PLANS))), "leads outside"),
        (zipped(("cp_plans.csv", b"0" * 10_000_000)), "times its size"),
        (zipped(("inner.zip", zipped(("cp_plans.csv", written(PLANS))))), "another archive"),
        (zipped(("cp_plans.csv", written(PLANS)))[:-30], "breaks off"),
        (zipped(*((f"{i}.csv", b"") for i in range(1001))), "1,000 is the most that is taken"),
    ],
)
def test_a_zip_that_may_do_harm_is_refused_whole(
    data: bytes, said: str, places: WarehousePaths, put: Put
) -> None:
    put("returns.zip", data)
    found = sorted_out(places)

    assert (found.files, found.others) == ((), ())
    [oddity] = found.oddities
    assert (oddity.finding.finding, said in oddity.finding.reason) == ("rejected_file", True)


def padded(rows: list[list[str]]) -> list[list[str]]:
    return [rows[0], *([f" {cell}\u00a0" if cell else "" for cell in row] for row in rows[1:])]


TITLES = [["Child protection plans", "", "", ""], ["Run 01/04/2025 07:12", "", "", ""], ["", "", "", ""]]
FORMS = {
    "utf-8 with a mark": (written(PLANS, encoding="utf-8-sig"), {}),
    "utf-16": (written(PLANS, "\t", encoding="utf-16"), {"encoding_noted": 1, "separator_noted": 1}),
    "utf-16 big end first": (b"\xfe\xff" + written(PLANS, encoding="utf-16-be"), {"encoding_noted": 1}),
    "utf-16 without a mark": (written(PLANS, encoding="utf-16-le"), {"encoding_noted": 1}),
    "semicolons": (written(PLANS, ";"), {"separator_noted": 1}),
    "tabs": (written(PLANS, "\t", "\n"), {"separator_noted": 1}),
    "bars": (written(PLANS, "|"), {"separator_noted": 1}),
    "the line ends of old": (written(PLANS, end="\r"), {}),
    "a line that names the separator": (b"sep=;\r\n" + written(PLANS, ";"), {
        "separator_noted": 1, "lines_above_header_noted": 1,
    }),
    "title lines": (written(TITLES + PLANS), {"lines_above_header_noted": 1}),
    "unpadded title lines": (b"Plans\r\nRun, Monday\r\n\r\n" + written(PLANS), {
        "lines_above_header_noted": 1,
    }),
    "titles, tabs and utf-16": (written(TITLES + PLANS, "\t", encoding="utf-16"), {
        "encoding_noted": 1, "separator_noted": 1, "lines_above_header_noted": 1,
    }),
    "a total": (written([*PLANS, ["Total", "3", "", ""]]), {"lines_passed_over_noted": 1}),
    "a grand total of figures": (written([*PLANS, ["", "", "Grand total:", "1"]]), {
        "lines_passed_over_noted": 1,
    }),
    "the words of a database": (written([*PLANS, [], ["(3 rows affected)"]]), {"lines_passed_over_noted": 1}),
    "headers again": (written([*PLANS[:2], PLANS[0], *PLANS[2:]]), {"lines_passed_over_noted": 1}),
    "empty cells": (written([*PLANS[:3], ["", " ", "", ""], PLANS[3], ["", "", "", ""]]), {
        "lines_passed_over_noted": 1,
    }),
    "trailing columns": (written([[*row, "", ""] for row in PLANS]), {}),
    "trailing separators": (
        written([PLANS[0], *([*row, ""] for row in PLANS[1:])]), {"trailing_cells_noted": 1},
    ),
    "padding": (written(padded(PLANS)), {"no_break_spaces_noted": 1, "padded_cells_noted": 4}),
    "words for nothing": (written([*PLANS[:3], [*PLANS[3][:3], "n/a"]]), {"words_for_nothing_noted": 1}),
    "headers shouted": (written([[f" {h.upper()} " for h in PLANS[0]], *PLANS[1:]]), {}),
    "everything quoted": (
        ("\r\n".join(",".join(f'"{c}"' for c in row) for row in PLANS) + "\r\n").encode(), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_declared_form_gives_the_same_rows_and_one_note(
    form: str, places: WarehousePaths, put: Put, ledger: Ledger, tmp_path: Path
) -> None:
    data, notes = FORMS[form]
    put("cp_plans.csv", written(PLANS))
    plain, _ = landed(places, ledger)
    put("cp_plans.csv", data)

    rows, kinds = landed(places, ledger)

    assert rows == plain
    assert kinds == notes


def test_ids_written_as_numbers_are_read_where_every_one_is(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    def numbered(ids: list[str]) -> bytes:
        return written(
            [PLANS[0], *([row[0], one, *row[2:]] for one, row in zip(ids, PLANS[1:], strict=True))]
        )

    put("cp_plans.csv", numbered(["488", "489", "490"]))
    plain, _ = landed(places, ledger)
    put("cp_plans.csv", numbered(["488.0", "489.0", "490.0"]))
    assert landed(places, ledger) == (plain, {"whole_number_ids_noted": 1})

    put("cp_plans.csv", numbered(["488.0", "489", "490.0"]))  # one is not: what stands is another id
    rows, kinds = landed(places, ledger)
    assert rows != plain
    assert kinds == {"ids_of_two_forms": 1}


def test_an_id_of_which_a_spreadsheet_kept_the_first_digits_is_none(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put("cp_plans.csv", written([*PLANS[:3], ["p3", "1.23457E+11", *PLANS[3][2:]]]))

    rows, kinds = landed(places, ledger)

    assert len(rows) == 2
    assert kinds == {"unreadable_cell": 1, "required_cell_empty": 1}


REFUSED = {
    "utf-16 cut in a character": written(PLANS, "\t", encoding="utf-16")[:-1],
    "utf-16 cut in a row": written(PLANS, "\t", encoding="utf-16")[:-14],
    "an encoding that may be another": ",".join(PLANS[0]).encode() + b"\n1,\x83,x,\n",
    "no encoding at all": ",".join(PLANS[0]).encode() + b"\n1,\x81\xff,x,\n",
    "a quotation mark that never closes": written(PLANS) + b'"p4,c4,2025-01-01,\r\n',
}


@pytest.mark.parametrize("form", REFUSED)
def test_what_may_be_read_two_ways_is_refused(form: str) -> None:
    with pytest.raises(RejectedFileError):
        read_csv(REFUSED[form], FORM)


def test_a_semicolon_file_keeps_the_commas_of_its_cells() -> None:
    rows = [PLANS[0], ["p1", "c,1", "2025-01-10", "1,5"]]

    table = read_csv(written(rows, ";"), FORM)

    assert [table.cells.column(i)[0].as_py() for i in range(4)] == rows[1]


BUDGETS = [
    "cost_centre",
    "line_code",
    "financial_year",
    "annual_budget",
    "forecast_outturn",
    "actual_to_date",
]
UNSURE = {"numbers_unsure": 1, "unreadable_cell": 2}
POINTS = {"decimal_commas_noted": 1, "thousands_points_noted": 1}
ONLY_POINTS = {"thousands_points_noted": 1}
ONE_UNSURE = {"decimal_commas_noted": 1, "numbers_unsure": 1, "unreadable_cell": 1}
COMMAS = {  # cells of a column, how they are read, and what is said
    "no other cell settles it": (["1,234", "5,678"], [None, None], UNSURE),
    "another has a decimal comma": (["1,234", "1,5"], ["1.234", "1.5"], {"decimal_commas_noted": 1}),
    "another has a decimal point": (["1,234", "1.5"], ["1234", "1.5"], {}),
    "another has two commas": (["1,234", "1,234,567"], ["1234", "1234567"], {}),
    "others say both": (["1,234", "1,5", "1.5"], [None, None, "1.5"], UNSURE),
    "no other cell settles a point": (["1.234", "5.678"], [None, None], UNSURE),
    "a point before more or fewer than three": (["1.234", "0.5"], ["1.234", "0.5"], {}),
    "points and a comma": (["1.234,5", "1.234", "2,5"], ["1234.5", "1234", "2.5"], POINTS),
    "points between thousands twice": (["1.234.567", "1.000"], ["1234567", "1000"], ONLY_POINTS),
    "a point beside a decimal comma alone": (["1.234", "1,5"], [None, "1.5"], ONE_UNSURE),
    "points and a comma beside a decimal point": (["1.234,5", "1.234", "0.5"], [None, None, "0.5"], UNSURE),
}


@pytest.mark.parametrize("kind", COMMAS)
def test_a_comma_between_semicolons_is_read_where_the_column_tells_what_it_is(
    kind: str, places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    sent, read, said = COMMAS[kind]
    rows = [[f"C{place}", "STAFFING", "2024-25", "1", "1", cell] for place, cell in enumerate(sent)]
    put("budgets.csv", written([BUDGETS, *rows], ";"))

    rows_read, kinds = landed(places, ledger, "budgets")

    assert [row["actual_to_date"] for row in rows_read] == [cell and Decimal(cell) for cell in read]
    assert kinds == said | {"separator_noted": 1}


def test_a_comma_in_a_file_of_commas_is_one_of_thousands(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put("budgets.csv", written([BUDGETS, ["C", "STAFFING", "2024-25", "1", "1", "1,234"]]))

    [row], kinds = landed(places, ledger, "budgets")
    assert (row["actual_to_date"], kinds) == (Decimal(1234), {})


def test_a_last_row_that_only_begins_like_a_total_is_a_row() -> None:
    table = read_csv(written([*PLANS, ["Total Care 1", "c4", "2025-03-13", "0"]]), FORM)

    assert table.cells.num_rows == 4
    assert table.findings == ()


def test_what_is_no_row_is_left_out_with_its_row_and_makes_no_team(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    teams = [
        ["dept_team_id", "dept_team_name", "dept_team_parent_id"],
        ["T1", "North", ""],
        ["T2", "South", "T1"],
    ]
    put("departments.csv", written([*teams, ["Kind regards"], ["Page 1 of 1"]]))

    rows, kinds = landed(places, ledger, "departments")

    assert len(rows) == 2
    assert kinds == {
        "lines_passed_over_noted": 1,
        "rows_torn": 1,
        "unreadable_cell": 1,
        "required_cell_empty": 1,
    }


DAMAGED_IDS = ["#REF!", '="0001"', "'0003", "1.23457E+11", "1.23457E11", "1.23457e+11"]
DAMAGED_IDS += ["########", "01-Mar", "Mar-01", "2025-03-01", "1.23E-05", "1,23E+11", "1.E+05", "TRUE"]
DAMAGED_IDS += ["Unknown", "tbc", "?", "0", "n/k", "UNBORN"]


@pytest.mark.parametrize("cell", DAMAGED_IDS)
def test_what_a_spreadsheet_leaves_in_place_of_an_id_is_a_finding_and_no_child(
    cell: str, places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put("cp_plans.csv", written([*PLANS[:2], ["p9", cell, "2025-02-11", "0"]]))

    rows, kinds = landed(places, ledger)

    assert len(rows) == 1
    assert kinds == {"unreadable_cell": 1, "required_cell_empty": 1}


@pytest.mark.parametrize("cell", ["NaN", "<NA>", "None"])
def test_words_of_programs_for_nothing_are_no_ids(
    cell: str, places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    put("cp_plans.csv", written([*PLANS[:2], ["p9", cell, "2025-02-11", "0"]]))

    rows, kinds = landed(places, ledger)

    assert len(rows) == 1
    assert kinds == {"words_for_nothing_noted": 1, "required_cell_empty": 1}


def test_ids_with_two_noughts_behind_the_point_are_whole_numbers_too(
    places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    header, *rows_sent = PLANS
    put("cp_plans.csv", written([header, *([plan, "488.00", *rest] for plan, _, *rest in rows_sent)]))
    as_numbers, kinds = landed(places, ledger)
    put("cp_plans.csv", written([header, *([plan, "488", *rest] for plan, _, *rest in rows_sent)]))
    plain, _ = landed(places, ledger)

    assert as_numbers == plain
    assert kinds == {"whole_number_ids_noted": 1}


def test_a_version_is_newer_than_what_goes_by_its_name_and_a_rival_of_all_else(
    places: WarehousePaths, put: Put
) -> None:
    other = [*PLANS[:2], ["p9", "c9", "2025-03-12", "0"]]
    put("cp_plans.csv", written(PLANS))
    put("cp_plans.v2.csv", written(other))
    assert held(places) == {"cp_plans.v2.csv": "cp_plans"}

    put("cp_plans_final.csv", written(PLANS[:2]))

    assert held(places) == {}
    assert {kind for _, kind in oddities(places)} == {"two_files_of_one_return"}


@pytest.mark.parametrize("separator", [",", "\t", "|"])
def test_half_a_post_is_never_five_hundred(
    separator: str, places: WarehousePaths, put: Put, ledger: Ledger
) -> None:
    rows = [["C", "STAFFING", "2024-25", "1", "1", "0,500"], ["D", "STAFFING", "2024-25", "1", "1", "1,125"]]
    put("budgets.csv", written([BUDGETS, *rows], separator))

    found, kinds = landed(places, ledger, "budgets")

    assert [row["actual_to_date"] for row in found] == [Decimal("0.5"), Decimal("1.125")]
    assert kinds["decimal_commas_noted"] == 1


def test_the_extract_of_a_day_is_no_month_and_nothing_odd(places: WarehousePaths) -> None:
    for name in ("2025-04-16", "2025-04-31x", "2025-04"):
        (places.raw / name / LA).mkdir(parents=True)
        (places.raw / name / LA / "contacts.csv").write_bytes(written(CONTACTS))

    found = look(places.raw)

    assert found.months == ("2025-04",) and len(found.files) == 1
    assert ["is not a month" in one.finding.reason for one in found.oddities] == [True]
