"""What was sent is put where it belongs, by name, header and content together; never over anything."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.inbox import Arrival, plan, put
from ingest.places import Places
from orchestration.cli import main
from tests.ingest.test_discovery import CONTACTS, PLANS, written, zipped

CENSUS = (
    b"<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>2023</Year>"
    b"<ReferenceDate>2023-03-31</ReferenceDate></CollectionDetails><Source><LEA>201</LEA></Source></Header>"
    b"<Children></Children></Message>"
)
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


def planned(places: Places, *paths: Path, **known: str) -> list[Arrival]:
    return plan(paths, places.raw, places.reference, **known)


def places_of(places: Places, arrivals: list[Arrival]) -> dict[str, str]:
    return {one.file.file: str(one.target.relative_to(places.raw.parent)) for one in arrivals if one.target}


PLANS_OF_202 = [[*PLANS[0], "LA code"], *([*row, "202"] for row in PLANS[1:])]
# three authorities, two months, names as people give them
SENT = {
    "301/2025-03/ssd_cp_plans.csv": "raw/2025-03/301/cp_plans.csv",
    "301/2025-03/contacts (1).csv": "raw/2025-03/301/contacts.csv",
    "301/April 2025/CP_Plans.CSV": "raw/2025-04/301/cp_plans.csv",
    "LA 301 contacts 30-04-2025.txt": "raw/2025-04/301/contacts.csv",
    "Camden/cp plans Mar25.csv": "raw/2025-03/202/cp_plans.csv",
    "Camden contacts 20250331.tsv": "raw/2025-03/202/contacts.csv",
    "E09000007_cp_plans_2025-04.csv": "raw/2025-04/202/cp_plans.csv",
    "202_202504_contacts_FINAL.csv": "raw/2025-04/202/contacts.csv",
    "303 REPORT7 2025-03.csv": "raw/2025-03/303/cp_plans.csv",
    "303/contacts.csv.2025-03.csv": "raw/2025-03/303/contacts.csv",
}


def test_files_of_three_authorities_and_two_months_are_placed(places: Places, inbox: Path) -> None:
    for name in SENT:
        rows = CONTACTS if "contact" in name.lower() else PLANS
        sent(inbox, name, written(rows, "\t" if name.endswith(".tsv") else ","))
    sent(inbox, "census.xml", CENSUS)
    sent(inbox, "SSDA903 301 March 2025/eps.csv", EPISODES)
    sent(inbox, "Camden.zip", zipped(("202/2025-05/cp_plans.csv", written(PLANS))))
    sent(inbox, "Thumbs.db", b"\0")
    sent(inbox, "read me.txt", b"these are ours, for March and April\n")

    arrivals = planned(places, inbox)

    assert places_of(places, arrivals) == {f"inbox/{name}": target for name, target in SENT.items()} | {
        "inbox/census.xml": "raw/2023-03/201/cin_census.xml",
        "inbox/SSDA903 301 March 2025/eps.csv": "raw/2025-03/301/ssda903/episodes.csv",
        "inbox/Camden.zip/202/2025-05/cp_plans.csv": "raw/2025-05/202/cp_plans.csv",
    }
    assert not any(one.is_refused for one in arrivals)
    assert [one.what for one in arrivals if not one.target] == ["passed over"] * 2


REFUSED = {
    "no month": ("301_cp_plans.csv", written(PLANS), "nothing tells its month; give it with --month"),
    "no authority": ("cp_plans_2025-03.csv", written(PLANS), "nothing tells its authority"),
    "two months": ("301 cp_plans 2024-04 to 2025-03.csv", written(PLANS), "month: its name says April 2024"),
    "name against folder": ("301/202_cp_plans_2025-03.csv", written(PLANS), "authority: its name says 202"),
    "rows against name": (
        "301_cp_plans_2025-03.csv", written(PLANS_OF_202), "its content says 202, its name says 301",
    ),
    "census against name": (
        "301 March 2025.xml", CENSUS, "its content says 201, its name says 301; month: its content "
        "says March 2023, its name says March 2025",
    ),
    "nothing known": ("301 2025-03.csv", b"a,b\n1,2\n", "neither its name nor its content"),
    "a column too few": ("301_cp_plans_2025-03.csv", written([r[1:] for r in PLANS]), "no column for"),
    "a pdf": ("301 2025-03 cp_plans.pdf", b"%PDF-1.7", "it is a PDF"),
    "a zip that leads outside": ("301 2025-03.zip", zipped(("../cp_plans.csv", b"")), "leads outside"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_told_or_told_twice_is_not_placed(kind: str, places: Places, inbox: Path) -> None:
    name, data, why = REFUSED[kind]
    sent(inbox, name, data)

    [arrival] = planned(places, inbox)

    assert arrival.is_refused
    assert why in arrival.why


def test_nothing_is_written_over_and_the_newest_version_is_read(places: Places, inbox: Path) -> None:
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

    from ingest.discovery.returns import sort_files
    from ingest.raw_folder import look

    found = sort_files(look(places.raw), {})
    assert [f.path.name for f in found.files] == ["cp_plans.v3.csv"]
    assert {o.finding.finding for o in found.oddities} == {"same_rows_noted"}


def test_two_files_for_one_place_are_not_both_put_there(places: Places, inbox: Path) -> None:
    sent(inbox, "a/301 2025-03 cp_plans.csv", written(PLANS))
    sent(inbox, "b/301 2025-03 cp_plans.csv", written(PLANS[:-1]))

    first, second = planned(places, inbox)

    assert first.target
    assert (second.target, second.why) == (
        None, "it would have the place of inbox/a/301 2025-03 cp_plans.csv; send one of them",
    )  # fmt: skip


def test_the_command_asks_and_says_how_it_ended(places: Places, inbox: Path) -> None:
    sent(inbox, "301_cp_plans_2025-03.csv", written(PLANS))
    where = ["--raw", str(places.raw), "--reference", str(places.reference)]

    refused = CliRunner().invoke(main, ["receive", str(inbox), *where], input="n\n")
    assert (refused.exit_code, list(places.raw.iterdir())) == (4, [])

    done = CliRunner().invoke(main, ["receive", str(inbox), *where, "--yes"])
    assert done.exit_code == 0
    assert (places.raw / "2025-03" / "301" / "cp_plans.csv").exists()
