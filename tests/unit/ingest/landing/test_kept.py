"""What is kept of text is what the privacy page says, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.adapters.annex_a.lists import load_lists
from ingest.adapters.convert import convert_files, returns_of
from ingest.contracts.code_lists import load_code_lists
from ingest.contracts.return_schema import Field, submitted_formats
from ingest.discovery.raw_folder import look
from ingest.landing.land import land_returns
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from tests.conftest import Send
from tests.unit.ingest.adapters.test_annex_a import a_list
from tests.unit.ingest.adapters.workbooks import workbook

PAGE = Path(__file__).parents[4] / "docs" / "privacy.md"
MONTH = "2025-03"
CODES = {row["list"]: row["code"] for row in load_code_lists().to_pylist()}
CANARY = "Canary of Zoe"
SHEETS_OF_TEAMS = {"Allocated Team"}  # a list of Annex A is kept under its own headings


def said_to_be_kept() -> set[str]:
    """The fields that the page names, as return.field."""
    named = re.findall(r"`([a-z0-9_]+)[.]([a-z0-9_]+)`", PAGE.read_text(encoding="utf-8"))
    return {f"{name}.{field}" for name, field in named if name in submitted_formats()}


def sent(field: Field, number: int) -> str:
    """A cell that lets its row be kept where it must be read, and the canary wherever else it can stand."""
    if field.identifies:
        return f"{field.identifies}{number}"
    if not field.required and field.type != "boolean":
        return CANARY
    plain = {"date": "2025-01-01", "boolean": "Y", "integer": "1", "number": "1", "json": "{}"}
    if field.shaped:
        return "all" if field.name == "breakdown" else "contacts_received"
    return CODES[field.code_list] if field.code_list else plain.get(field.type, CANARY)


def texts(folder: Path) -> Iterator[tuple[Path, str, str]]:
    """Every text in every Parquet file below a folder: file, column, text."""
    for path in folder.rglob("*.parquet"):
        table = pq.read_table(path)
        for name in table.column_names:
            yield from ((path, name, str(text)) for text in set(map(str, table.column(name).to_pylist())))


def land_all(places: WarehousePaths) -> None:
    ledger = Ledger(places.ledger)
    pseudonyms = read_key(key_file())
    found = look(places.raw)
    convert_files(found, MONTH, places.opened, ledger, pseudonyms)
    files = {
        name: {MONTH: [*found.of(name, MONTH), *returns_of(places.opened, name, MONTH)]}
        for name in submitted_formats()
    }
    land_returns(files, places.landing, ledger, pseudonyms)
    ledger.close()


def test_the_page_names_each_field_whose_text_may_land_as_it_was_sent() -> None:
    free = {
        f"{fmt.name}.{f.name}"
        for fmt in submitted_formats().values()
        for f in fmt.fields
        if f.type == "text" and not (f.identifies or f.dropped or f.shaped)
    }
    assert free == said_to_be_kept()


def test_of_every_column_of_every_return_only_what_the_page_names_is_kept(
    places: WarehousePaths, send: Send
) -> None:
    for fmt in submitted_formats().values():
        rows = [",".join(f.name for f in fmt.fields)]
        rows += [",".join(sent(f, number) for f in fmt.fields) for number in (1, 2)]
        rows += [",".join(CANARY for _ in fmt.fields)]
        send(MONTH, "301", fmt.name, "\n".join(rows) + "\n")
    land_all(places)

    kept = {f"{path.parts[-3]}.{name}" for path, name, text in texts(places.landing) if CANARY in text}
    assert kept and kept <= said_to_be_kept()
    assert CANARY.encode() not in places.ledger.read_bytes()


@pytest.mark.parametrize("birth", ["31/02/2013", CANARY])
def test_what_is_opened_from_a_workbook_keeps_teams_and_no_text_of_births(
    places: WarehousePaths, birth: str
) -> None:
    folder = places.raw / MONTH / "301"
    folder.mkdir(parents=True)

    def row(title: str) -> dict[str, object]:
        headings = load_lists()[title].headings
        return {"Child Unique ID": 7} | {h: birth for h in headings if not h.endswith("ID")}

    lists = {title: a_list(title, row(title)) for title in load_lists()}  # type: ignore[arg-type]
    (folder / "annex_a.xlsx").write_bytes(workbook(lists))
    land_all(places)

    for path, name, text in texts(places.records):
        if birth in text:
            returned = f"{path.stem}.{name}" if "opened" in path.parts else f"{path.parts[-3]}.{name}"
            assert name in SHEETS_OF_TEAMS or returned in said_to_be_kept(), (path, name)


def test_words_of_totals_are_those_that_are_known(places: WarehousePaths, send: Send) -> None:
    head = "indicator_id,period_basis,period_end,breakdown,value,source_note\n"
    lines = (
        "contacts_received,month,2025-03-31,all,5,Zoe told me\n"
        "contacts_received,month,2025-03-31,5 to 9,5,\n"
        "contacts_received,month,2025-03-31,Female,5,\n"
        "contacts_received,month,2025-03-31,Zoe,5,\n"
        "zoe_is_seven,month,2025-03-31,all,5,\n"
    )
    send(MONTH, "301", "indicator_returns", head + lines)
    land_all(places)

    [path] = (p for p in places.landing.rglob("*.parquet") if "findings" not in p.name)
    rows = pq.read_table(path).select(["indicator_id", "breakdown"]).to_pylist()
    assert [tuple(r.values()) for r in rows] == [
        ("contacts_received", "all"), ("contacts_received", "5 to 9"), ("contacts_received", "Female"),
    ]  # fmt: skip
    assert b"zoe" not in path.read_bytes().lower()
