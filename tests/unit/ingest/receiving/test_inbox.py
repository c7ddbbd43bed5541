"""What was sent is put where it belongs, by name, header and content together; never over anything."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.discovery.said_in_names import months_in
from ingest.paths import WarehousePaths
from ingest.receiving.inbox import Arrival, plan, put
from orchestration.cli import main
from tests.unit.ingest.adapters.workbooks import workbook
from tests.unit.ingest.discovery.test_discovery import CONTACTS, PLANS, written, zipped

CENSUS = (
    b"<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2023</Year>"
    b"<ReferenceDate>2023-03-31</ReferenceDate></CollectionDetails><Source><LEA>201</LEA></Source></Header>"
    b"<Children></Children></Message>"
)
HEADER = b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n"
EPISODES = b"CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def sent(inbox: Path, name: str, data: bytes) -> Path:
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def planned(places: WarehousePaths, *paths: Path, **known: str) -> list[Arrival]:
    return plan(paths, places.raw, places.reference, **known)


def places_of(places: WarehousePaths, arrivals: list[Arrival]) -> dict[str, str]:
    return {one.file.file: str(one.target.relative_to(places.raw.parent)) for one in arrivals if one.target}


PLANS_OF_202 = [[*PLANS[0], "LA code"], *([*row, "202"] for row in PLANS[1:])]
LISTS = {
    "List 1 - Contacts (v2)": [
        ["Child Unique ID", "Gender", "Ethnicity", "Date of Birth", "Date of Contact", "Contact Source"]
    ],
}
OF_DFE = (
    b"time_period,time_identifier,geographic_level,country_code,country_name,old_la_code,new_la_code,la_name,"
    b"category,Referrals,Referrals_rate\n"
    b"2024,Reporting year,Local authority,E92000001,England,301,E09000002,Barking and Dagenham,All,100,33.3\n"
)
OF_ONS = (
    b"time_period,time_identifier,geographic_level,country_code,country_name,old_la_code,new_la_code,la_name,"
    b"age_group,population_estimate\n"
    b"2024,Calendar year,Local authority,E92000001,England,301,E09000002,Barking and Dagenham,0 to 17,30000\n"
)
PLACED, STAYS, PASSED = "placed", "refused", "passed over"
# What came -> its content, what becomes of it, and where it goes or what is said.
# Three authorities, two months.
THIRTY: dict[str, tuple[bytes, str, str]] = {
    "301/2025-03/ssd_cp_plans.csv": (written(PLANS), PLACED, "raw/2025-03/301/cp_plans.csv"),
    "301/2025-03/contacts (1).csv": (written(CONTACTS), PLACED, "raw/2025-03/301/contacts.csv"),
    "301/2025-03/AnnexA_v2 FINAL.xlsx": (workbook(LISTS), PLACED, "raw/2025-03/301/annex_a.xlsx"),
    "301/April 2025/CP_Plans.CSV": (written(PLANS), PLACED, "raw/2025-04/301/cp_plans.csv"),
    "LA 301 contacts 30-04-2025.txt": (written(CONTACTS), PLACED, "raw/2025-04/301/contacts.csv"),
    "SSDA903 301 March 2025/eps.csv": (EPISODES, PLACED, "raw/2025-03/301/ssda903/episodes.csv"),
    "SSDA903 301 March 2025/head.csv": (HEADER, PLACED, "raw/2025-03/301/ssda903/header.csv"),
    "Camden/cp plans Mar25.csv": (written(PLANS), PLACED, "raw/2025-03/202/cp_plans.csv"),
    "Camden contacts 20250331.tsv": (written(CONTACTS, "\t"), PLACED, "raw/2025-03/202/contacts.csv"),
    "E09000007_cp_plans_2025-04.csv": (written(PLANS, ";"), PLACED, "raw/2025-04/202/cp_plans.csv"),
    "202_202504_contacts_FINAL.csv": (
        written(CONTACTS, "\t", encoding="utf-16"), PLACED, "raw/2025-04/202/contacts.csv",
    ),
    "CIN return.xml": (
        CENSUS.replace(b"201", b"202", 1).replace(b"<LEA>201", b"<LEA>202").replace(b"2023", b"2025"), PLACED,
        "raw/2025-03/202/cin_census.xml",
    ),
    "303 REPORT7 2025-03.csv": (written(PLANS), PLACED, "raw/2025-03/303/cp_plans.csv"),
    "303/contacts.csv.2025-03.csv": (written(CONTACTS), PLACED, "raw/2025-03/303/contacts.csv"),
    "Bexley April.zip/303/2025-04/Cp Plans.csv": (written(PLANS), PLACED, "raw/2025-04/303/cp_plans.csv"),
    "c1_children_in_need_2024.csv": (OF_DFE, PLACED, "reference/c1_children_in_need_2024.csv"),
    "ONS mid year (Copy).csv": (OF_ONS, PLACED, "reference/ONS mid year (Copy).csv"),
    "plans.csv": (written(PLANS), STAYS, "nothing tells its authority; give it with --authority; noth"),
    "303 cp_plans.csv": (written(PLANS), STAYS, "nothing tells its month; give it with --month"),
    "301/202_cp_plans_2025-03.csv": (
        written(PLANS), STAYS, "its name says authority 202; its folder says authority 301",
    ),
    "303/2025-03/Contacts_April_2025.csv": (
        written(CONTACTS), STAYS, "its name says April 2025; its folder says March 2025",
    ),
    "303/contacts.csv.2025-03_copy.csv": (written(CONTACTS), PASSED, "the same as inbox/303/contacts.csv"),
    "303 contacts Apr25 v1.csv": (written(CONTACTS), STAYS, "inbox/303 contacts Apr25 v1.csv and inbox/303"),
    "303 contacts Apr25 v2.csv": (written(CONTACTS[:-1]), STAYS, "inbox/303 contacts Apr25 v1.csv and inbox"),
    "303_rota_2025-03.xlsx": (
        workbook({"Rota": [["Monday", "Tuesday"], ["a", "b"]]}), STAYS,
        "no sheet of it has the headings of an Annex A list, or a return's columns as in docs/returns",
    ),
    "303_2025-03_spend.csv": (b"cost centre,spend\n1,2\n", STAYS, "its columns are those of no return"),
    "303 2025-03 report.pdf": (b"%PDF-1.7", STAYS, "it is a PDF, in which no table can be read; export the"),
    "303/2025-03/locked.xlsx": (b"\xd0\xcf\x11\xe0", STAYS, "it is a document of Office that is"),
    "Thumbs.db": (b"\0", PASSED, "left by the operating system"),
    "read me.txt": (b"these are ours, for March and April\n", PASSED, "a note"),
}  # fmt: skip


def _what_became(places: WarehousePaths, one: Arrival) -> tuple[str, str]:
    if one.target:
        return PLACED, str(one.target.relative_to(places.raw.parent))
    return STAYS if one.is_refused else PASSED, one.why


def test_of_thirty_files_of_three_authorities_each_is_placed_or_says_why(
    places: WarehousePaths, inbox: Path
) -> None:
    archive = "Bexley April.zip/"
    for name, (data, _, _) in THIRTY.items():
        if name.startswith(archive):
            sent(inbox, archive.rstrip("/"), zipped((name.removeprefix(archive), data)))
        else:
            sent(inbox, name, data)

    arrivals = {one.file.file.removeprefix("inbox/"): one for one in planned(places, inbox)}

    assert len(THIRTY) == len(arrivals) == 30
    became = {name: _what_became(places, one) for name, one in arrivals.items()}
    for name, (_, what, said) in THIRTY.items():
        assert became[name][0] == what, (name, became[name])
        assert became[name][1].startswith(said), (name, became[name])

    for one in arrivals.values():
        if one.target:
            put(one)
    assert sum(path.is_file() for path in (*places.raw.rglob("*"), *places.reference.rglob("*"))) == 17
    again = planned(places, inbox)
    assert [one.target for one in again if one.target] == []
    assert sum(one.what == "already there" for one in again) == 18  # each in its place, and the copy


REFUSED = {
    "no month": ("301_cp_plans.csv", written(PLANS), "nothing tells its month; give it with --month"),
    "a quarter": (
        "301 Jane Canary Q4 2024-25.csv", written(PLANS),
        'its name says "Q4 2024-25", which is a quarter: add the month to it, as 2025-03, or give',
    ),
    "a month without a year": (
        "301 plans March.csv", written(PLANS), 'its name says "March", which is a month without a year: add',
    ),
    "a year without a month": (
        "301/2024-25/cp_plans.csv", written(PLANS),
        'its folder says "2024-25", which is a year without a month: add',
    ),
    "a day without a year": (
        "301 cp_plans Mar 31st.csv", written(PLANS), 'its name says "Mar 31st", which is a month without',
    ),
    "no authority": ("cp_plans_2025-03.csv", written(PLANS), "nothing tells its authority"),
    "two months": (
        "301 cp_plans 2024-04 to 2025-03.csv", written(PLANS), "its name says April 2024 and March 2025",
    ),
    "name against folder": (
        "301/202_cp_plans_2025-03.csv", written(PLANS), "its name says authority 202; its folder",
    ),
    "rows against name": (
        "301_cp_plans_2025-03.csv", written(PLANS_OF_202),
        "its content says authority 202; its name says authority 301",
    ),
    "census against name": (
        "301 March 2025.xml", CENSUS, "the census says authority 201 and March 2023; its name says "
        "authority 301 and March 2025",
    ),
    "nothing known": ("301 2025-03.csv", b"a,b\n1,2\n", "its columns are those of no return"),
    "a column too few": ("301_cp_plans_2025-03.csv", written([r[1:] for r in PLANS]), "no column for"),
    "a census of another year than its name": (
        "302 CIN_Census_2026.xml", CENSUS.replace(b"201<", b"302<").replace(b"2023", b"2025"),
        "the census says March 2025; its name says March 2026",
    ),
    "a census in UTF-16 of another authority": (
        "302 March 2023.xml", CENSUS.decode().encode("utf-16"),
        "the census says authority 201; its name says authority 302",
    ),
    "a payload of another authority": (
        "302 March 2025 full.json", b'{"children": [{"la_child_id": "c1"}], "la_code": 303}',
        "the payload says authority 303; its name says authority 302",
    ),
    "a web page under the name of a workbook": (
        "301 2025-03 cp_plans.xls", b"<html><table><tr><th>a</th></tr></table></html>",
        "it is a web page (HTML), whatever its name ends in; open it in Excel and save it as 'CSV UTF-8'",
    ),
    "an old workbook": ("301 2025-03 cp_plans.xls", b"\xd0\xcf\x11\xe0", "open it in Excel and save it"),
    "a workbook with two sheets of one return": (
        "301 2025-03 plans.xlsx", workbook({"Jane Canary": PLANS, "Old": PLANS[:-1]}),
        "two of its sheets hold cp_plans; leave the one that is right",
    ),
    "a workbook with a sheet that lacks a column": (
        "301 2025-03 new.xlsx", workbook({"contacts": CONTACTS, "cp_plans": [r[1:] for r in PLANS]}),
        "sheet 2 of 2: no column for cppl_cp_plan_id",
    ),
    "a workbook of another authority's rows": (
        "301 2025-03 plans.xlsx", workbook({"Plans": PLANS_OF_202}), "its content says authority 202",
    ),
    "a locked workbook": ("301 2025-03 cp_plans.xlsx", b"\xd0\xcf\x11\xe0", "protected by a password"),
    "a table in a note": (
        "301 2025-03 notes.txt", b"a\tb\tc\n1\t2\t3\n", "its columns are those of no return",
    ),
    "another json": ("301 2025-03.json", b'{"rows": []}', "it is JSON, and not DfE's payload"),
    "another xml": ("301 2025-03.xml", b"<rows/>", "it is XML, and neither a CIN nor a workforce census"),
    "nothing in it": ("301 2025-03 new.csv", b"\r\n", "it is empty; export it again"),
    "a pdf": ("301 2025-03 cp_plans.pdf", b"%PDF-1.7", "it is a PDF"),
    "a zip that leads outside": ("301 2025-03.zip", zipped(("../cp_plans.csv", b"")), "leads outside"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_told_or_told_twice_is_not_placed(kind: str, places: WarehousePaths, inbox: Path) -> None:
    name, data, why = REFUSED[kind]
    sent(inbox, name, data)

    [arrival] = planned(places, inbox)

    assert arrival.is_refused
    assert why in arrival.why


TAKEN = {
    "text under the name of a workbook": ("301 2025-03 export.xls", written(PLANS, "\t"), "301/cp_plans.csv"),
    "a table under the name of a note": ("301 2025-03/notes.csv", written(PLANS), "301/cp_plans.csv"),
    "a workbook of a return": (
        "301 2025-03 plans.xlsx", workbook({"Jane Canary": PLANS, "N": [["read me"]]}), "301/cp_plans.xlsx",
    ),
    "a workbook of several returns": (
        "301 2025-03 March.xlsx", workbook({"a": PLANS, "b": CONTACTS}), "301/returns.xlsx",
    ),
    "a workbook of tables of SSDA903": (
        "301 2025-03 cla.xlsx",
        workbook({"a": [HEADER.decode().strip().split(",")], "b": [EPISODES.decode().strip().split(",")]}),
        "301/ssda903.xlsx",
    ),
    "an ampersand": ("Barking & Dagenham 2025-03/contacts.csv", written(CONTACTS), "301/contacts.csv"),
    "a month before its year": ("302 03-2025/contacts.csv", written(CONTACTS), "302/contacts.csv"),
    "a census whose year and date disagree, one of which its folder says": (
        "201 2025-03/cin.xml", CENSUS.replace(b"<Year>2023", b"<Year>2025"), "201/cin_census.xml",
    ),
    "a census of a year that runs into the next": (
        "201 CIN 2024-25.xml", CENSUS.replace(b"2023", b"2025"), "201/cin_census.xml",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN)
def test_what_a_careful_person_could_place_is_placed(kind: str, places: WarehousePaths, inbox: Path) -> None:
    name, data, target = TAKEN[kind]
    sent(inbox, name, data)

    [arrival] = planned(places, inbox)

    assert arrival.target == places.raw / "2025-03" / target, arrival.why


def test_a_census_whose_year_and_date_disagree_is_placed_and_said_to(
    places: WarehousePaths, inbox: Path
) -> None:
    path = sent(inbox, "201 2025-03.xml", CENSUS.replace(b"<Year>2023", b"<Year>2025"))

    [arrival] = planned(places, path)

    assert arrival.why == "the census says March 2023 and March 2025; its name says March 2025"


def test_nothing_is_written_over_and_the_newest_version_is_read(places: WarehousePaths, inbox: Path) -> None:
    name = "301_cp_plans_2025-03.csv"
    for rows in (PLANS, PLANS[:-1], PLANS[:-2]):
        [arrival] = planned(places, sent(inbox, name, written(rows)))
        put(arrival)
    [again] = planned(places, inbox / name)

    folder = places.raw / "2025-03" / "301"
    assert sorted(path.name for path in folder.iterdir()) == [
        "cp_plans.csv",
        "cp_plans.v2.csv",
        "cp_plans.v3.csv",
    ]
    assert (folder / "cp_plans.csv").read_bytes() == written(PLANS)
    assert (again.what, again.target) == ("already there", None)
    with pytest.raises(FileExistsError):
        put(arrival)

    from ingest.discovery.raw_folder import look
    from ingest.discovery.returns import sort_files

    found = sort_files(look(places.raw), {})
    assert [f.path.name for f in found.files] == ["cp_plans.v3.csv"]
    assert {o.finding.finding for o in found.oddities} == {"same_rows_noted"}


def test_a_workbook_is_a_new_version_of_the_csv_beside_it(places: WarehousePaths, inbox: Path) -> None:
    for name, data in (
        ("301_cp_plans_2025-03.csv", written(PLANS)),
        ("301_cp_plans_2025-03.xlsx", workbook({"S": PLANS})),
        ("301_2025-03_AnnexA.xlsx", workbook(LISTS)),
    ):
        [arrival] = planned(places, sent(inbox, name, data))
        put(arrival)

    folder = places.raw / "2025-03" / "301"
    assert sorted(path.name for path in folder.iterdir()) == [
        "annex_a.xlsx",
        "cp_plans.csv",
        "cp_plans.v2.xlsx",
    ]


def test_of_two_files_for_one_place_neither_is_put_there_unless_they_are_the_same(
    places: WarehousePaths, inbox: Path
) -> None:
    sent(inbox, "a/301 2025-03 cp_plans.csv", written(PLANS))
    sent(inbox, "b/301 2025-03 cp_plans old.csv", written(PLANS[:-1]))

    both = planned(places, inbox)

    assert [(one.target, one.is_refused) for one in both] == [(None, True)] * 2
    assert {one.why for one in both} == {
        "inbox/a/301 2025-03 cp_plans.csv and inbox/b/301 2025-03 cp_plans old.csv would have one place; "
        "send one of them"
    }

    sent(inbox, "b/301 2025-03 cp_plans old.csv", written(PLANS))
    first, second = planned(places, inbox)
    assert first.target
    assert (second.is_refused, second.why) == (False, "the same as inbox/a/301 2025-03 cp_plans.csv")


def test_the_command_asks_and_says_how_it_ended(places: WarehousePaths, inbox: Path) -> None:
    sent(inbox, "301_cp_plans_2025-03.csv", written(PLANS))
    where = ["--raw", str(places.raw), "--reference", str(places.reference)]

    refused = CliRunner().invoke(main, ["receive", str(inbox), *where], input="n\n")
    assert (refused.exit_code, list(places.raw.iterdir())) == (4, [])

    done = CliRunner().invoke(main, ["receive", str(inbox), *where, "--yes"])
    assert done.exit_code == 0
    assert (places.raw / "2025-03" / "301" / "cp_plans.csv").exists()


@pytest.mark.parametrize("authority", ["../x", "Barnnet", "3O2", "30"])
def test_an_authority_that_is_no_code_is_wrong_usage_and_nothing_is_put_anywhere(
    authority: str, places: WarehousePaths, inbox: Path
) -> None:
    words = ["receive", str(inbox), "--raw", str(places.raw), "--authority", authority, "--yes"]

    refused = CliRunner().invoke(main, words)

    assert refused.exit_code == 2
    assert "no authority is called" in refused.output
    assert list(places.raw.parent.rglob("*.v*")) == list(places.raw.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "months"),
    [
        ("cla_visits_302_run_20250403", set()),
        ("cla visits Mar25 exported on 03-04-2025", {"2025-03"}),
        ("brunel_20250331", {"2025-03"}),
    ],
)
def test_the_day_of_an_export_is_not_the_month_that_it_is_of(name: str, months: set[str]) -> None:
    assert months_in(name) == months


def test_a_payload_is_put_in_its_place_under_its_own_name(places: WarehousePaths, tmp_path: Path) -> None:
    sent = tmp_path / "sent" / "302 March 2025" / "full_20250326.json"
    sent.parent.mkdir(parents=True)
    sent.write_text('{"children": [{"la_child_id": "c1", "purge": false}]}', encoding="utf-8")

    [placed] = plan([sent.parent.parent], places.raw, places.reference)

    assert (placed.what, placed.la_code, placed.month) == ("csc_api", "302", "2025-03"), placed.why
    put(placed)
    assert (places.raw / "2025-03" / "302" / "full_20250326.json").read_bytes() == sent.read_bytes()
