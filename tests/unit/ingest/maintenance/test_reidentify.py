"""The council sees its own ids again: from its raw files and the key, and from nothing else."""

from datetime import date

from ingest.discovery.raw_folder import look
from ingest.maintenance.reidentify import Revealed, reveal
from ingest.privacy.key_file import key_file, read_key
from tests.unit.ingest.adapters.test_annex_a import a_list
from tests.unit.ingest.adapters.workbooks import workbook

PSEUDONYMS = read_key(key_file())


def alias(la_code: str, identifies: str, said: str) -> str:
    import pyarrow as pa

    return str(PSEUDONYMS.of(la_code, identifies, pa.array([said]))[0].as_py())


def test_an_id_is_found_in_whatever_form_it_was_sent_and_for_its_own_authority_alone(places, send):
    send("2025-02", "301", "persons", "pers_person_id\nC1\n C2 \n")
    send("2025-03", "301", "involvements", "invo_involvements_id,SW_ID,CHILD\n1,W7,C3\n")
    send("2025-03", "302", "persons", "pers_person_id\nC1\n")
    book = workbook(
        {"List 1": a_list("List 1", {"Child Unique ID": "C4", "Date of Contact": date(2025, 3, 1)})}
    )
    (places.raw / "2025-03" / "301" / "annex_a.xlsx").write_bytes(book)
    (places.raw / "2025-03" / "301" / "header.csv").write_text("CHILD,SEX,DOB,ETHNIC\nC5,1,2015-01-01,WBRI\n")
    asked = {
        alias("301", what, said): Revealed(what, said)
        for what, said in (
            ("child", "C2"), ("child", "C3"), ("worker", "W7"), ("child", "C4"), ("child", "C5"),
        )
    }  # fmt: skip
    unknown = {alias("302", "child", "C1"), alias("301", "worker", "C2"), alias("301", "child", "C9")}

    assert reveal(look(places.raw), "301", PSEUDONYMS, asked.keys() | unknown) == asked
