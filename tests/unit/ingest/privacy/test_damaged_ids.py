"""What a spreadsheet made of an id is no id, in whatever format: it is unread, and told by its row."""

from collections.abc import Callable
from datetime import date

import duckdb
import pyarrow as pa
import pytest

from ingest.adapters import ConvertedReturns, open_cin_census, open_csc_api, open_ssda903
from ingest.adapters.annex_a.lists import open_lists
from ingest.adapters.annex_a.months import carry
from ingest.adapters.annex_a.returns import make_returns
from ingest.adapters.base import Notes
from ingest.contracts.cell_types import UNREAD
from ingest.contracts.return_schema import submitted_formats
from ingest.landing.conform import conform
from ingest.privacy.pseudonyms import Pseudonyms
from tests.unit.ingest.adapters.test_cin_census import EPISODE, census
from tests.unit.ingest.adapters.test_csc_api import child, payload
from tests.unit.ingest.adapters.workbooks import workbook

AS_AT = date(2025, 3, 31)
DOOR = Pseudonyms("test", (bytes(32),)).at("301")
DAMAGED = ["#REF!", " #VALUE!", "4.88E+10", "=A12", "'488"]


def of_ssda903(child_id: str) -> ConvertedReturns:
    header = f"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n{child_id},1,01/01/2015,WBRI,,,\n"
    return open_ssda903({"header.csv": header.encode()}, AS_AT, DOOR)


def of_census(child_id: str) -> ConvertedReturns:
    return open_cin_census(census(EPISODE).replace(b" 77 ", child_id.encode()), DOOR)


def of_payload(child_id: str) -> ConvertedReturns:
    return open_csc_api({"full.json": ("full.json", payload(child(child_id)))}, AS_AT, DOOR)


def of_annex_a(child_id: str) -> ConvertedReturns:
    headings = [
        "Child Unique ID",
        "Gender",
        "Ethnicity",
        "Date of Birth",
        "Date of Contact",
        "Contact Source",
    ]
    row = [child_id, "a) Male", "a) WBRI", date(2015, 1, 1), date(2025, 3, 1), "1A"]
    lists = open_lists(workbook({"List 1": [headings, row]}), Notes(), DOOR, AS_AT)
    return make_returns(carry(lists, AS_AT, {}), Notes())


FORMATS = {"ssda903": of_ssda903, "cin_census": of_census, "csc_api": of_payload, "annex_a": of_annex_a}


@pytest.mark.parametrize("child_id", DAMAGED)
@pytest.mark.parametrize("opens", FORMATS.values(), ids=FORMATS)
def test_a_damaged_id_is_told_and_none_of_its_rows_counts(
    opens: Callable[[str], ConvertedReturns], child_id: str
) -> None:
    opened = opens(child_id)
    whole = opens("C488")

    for name, fmt in submitted_formats().items():
        rows = opened.returns.get(name)
        if rows is None or not rows.num_rows or "person" not in " ".join(fmt.must_fill):
            continue
        kept, kinds = conformed(name, rows)
        assert kept == 0, name
        assert "unreadable_cell" in kinds, name
        assert conformed(name, whole.returns[name])[0] > 0, name
    assert opened.returns["persons"]["pers_person_id"].to_pylist() == [UNREAD]


def conformed(name: str, rows: pa.Table) -> tuple[int, set[str]]:
    fmt = submitted_formats()[name]
    count = rows.num_rows
    cells = {
        f.name: rows[f.name].cast(pa.string())
        if f.name in rows.column_names
        else pa.nulls(count, pa.string())
        for f in fmt.fields
    }
    places = {"file_no": pa.array([0] * count, pa.int32()), "row_number": pa.array(range(count), pa.int64())}
    with duckdb.connect() as db:
        done = conform(db, pa.table(places | cells), fmt, AS_AT)
    return done.rows.num_rows, set(done.findings["finding"].to_pylist())


def test_words_for_nothing_are_no_id_and_no_unread_one() -> None:
    said = pa.array(["N/A", "-", "None", "#N/A", "C1"])

    assert [one is None for one in DOOR.pseudonyms.of("301", "child", said).to_pylist()] == [True] * 4 + [
        False
    ]
