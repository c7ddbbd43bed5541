"""A file never breaks a refresh: what any step does on it is that file's, and the others land."""

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.adapters import convert as opened_files
from ingest.adapters.convert import convert_files, finding_files, returns_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.raw_folder import RawFile, look
from ingest.discovery.returns import sort_files
from ingest.file_errors import Broke, is_of_the_machine, of_this_file
from ingest.landing import land
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from tests.conftest import Send
from tests.unit.ingest.adapters.test_annex_a import a_list
from tests.unit.ingest.adapters.workbooks import workbook

MONTH = "2025-03"
HEADER = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
PLANS = HEADER + "P1,K1,2025-01-01,\n"
BROKEN = HEADER + "P2,K2,2025-01-02,\n"
CONTACT = {"Child Unique ID": 7, "Gender": "M", "Date of Contact": "2025-03-02"}


def land_all(places: WarehousePaths) -> dict[str, tuple[str, str | None]]:
    """Open and land everything; how each file ended, and why."""
    ledger = Ledger(places.ledger)
    pseudonyms = read_key(key_file())
    convert_files(look(places.raw), MONTH, places.opened, ledger, pseudonyms)
    found = look(places.raw)
    files = {
        name: {MONTH: [*found.of(name, MONTH), *returns_of(places.opened, name, MONTH)]}
        for name in submitted_formats()
    }
    land.land_returns(files, places.landing, ledger, pseudonyms)
    ended = {r["file"]: (r["status"], r["reason"]) for r in ledger.table("receipts").to_pylist()}
    ledger.close()
    return ended


def breaking(real: Any, is_it: Any) -> Any:
    """A step that breaks, quoting a child, whenever `is_it` says so of what it is given."""

    def step(*given: Any, **named: Any) -> Any:
        if any(map(is_it, [*given, *named.values()])):
            raise ZeroDivisionError("K2 is a child")
        return real(*given, **named)

    return step


def holds_k2(given: Any) -> bool:
    match given:
        case bytes():
            return b"K2" in given
        case RawFile():
            return given.la_code == "302"
        case land.RawTable():
            return "K2" in given.cells.column("1").to_pylist()
        case _ if type(given).__name__ == "Table" and "cppl_person_id" in given.column_names:
            return given.column("file_no").to_pylist().count(1) == 1 or "K2" in str(given)
    return False


@pytest.mark.parametrize("step", ["received", "read_table", "rows_of_others", "conform", "_under_pseudonyms"])
def test_a_step_of_landing_that_breaks_on_a_file_costs_that_file_and_no_other(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    send(MONTH, "301", "cp_plans", PLANS)
    send(MONTH, "302", "cp_plans", BROKEN)
    real = getattr(land, step)
    with monkeypatch.context() as broken:
        broken.setattr(land, step, breaking(real, holds_k2))
        ended = land_all(places)

    status, why = ended[f"{MONTH}/302/cp_plans.csv"]
    assert (status, "K2" in str(why)) == ("rejected", False)
    assert "broke on it (ZeroDivisionError)" in str(why)
    assert ended[f"{MONTH}/301/cp_plans.csv"] == ("accepted", None)
    # mended by whoever maintains the reader, the same file is read without being sent again
    assert land_all(places)[f"{MONTH}/302/cp_plans.csv"] == ("accepted", None)


@pytest.mark.parametrize("step", ["received", "recognise", "open_lists", "_set_down", "make_returns"])
def test_a_step_of_opening_that_breaks_costs_the_files_of_one_authority(
    places: WarehousePaths, send: Send, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    send(MONTH, "301", "cp_plans", PLANS)
    path = places.raw / MONTH / "302" / "annex_a.xlsx"
    path.parent.mkdir(parents=True)
    path.write_bytes(workbook({"List 1": a_list("List 1", CONTACT)}))
    with monkeypatch.context() as broken:
        broken.setattr(opened_files, step, breaking(getattr(opened_files, step), lambda _: True))
        ended = land_all(places)

    assert ended == {f"{MONTH}/301/cp_plans.csv": ("accepted", None)}
    [finding] = [f for at in finding_files(places.opened) for f in pq.read_table(at).to_pylist()]
    assert (finding["file"], finding["finding"]) == (f"{MONTH}/302/annex_a.xlsx", "rejected_file")
    assert "ZeroDivisionError" in finding["reason"] and "K2" not in finding["reason"]
    assert land_all(places)[f"{MONTH}/302/annex_a.xlsx:contacts"] == ("accepted", None)


@pytest.mark.parametrize("names", [("cp_plans.csv", "cp_plans.CSV"), ("cp_plans.csv", "cp_plans.parquet")])
def test_two_spellings_of_a_name_and_two_forms_of_a_return_break_nothing(
    places: WarehousePaths, send: Send, names: tuple[str, str]
) -> None:
    send(MONTH, "301", "cp_plans", PLANS)
    for name, text in zip(names, (PLANS, BROKEN), strict=True):
        path = places.raw / MONTH / "302" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [line.split(",") for line in text.splitlines()]
        if name.endswith(".parquet"):
            columns = dict(zip(rows[0], map(list, zip(*rows[1:], strict=True)), strict=True))
            pq.write_table(pa.table(columns), path)
        else:
            path.write_text(text, encoding="utf-8")
    found = sort_files(look(places.raw), {})
    ledger = Ledger(places.ledger)
    files = {MONTH: found.of("cp_plans", MONTH)}
    landed = land.land_returns({"cp_plans": files}, places.landing, ledger, read_key(key_file()))
    ledger.close()

    assert (landed["cp_plans"][MONTH].files, landed["cp_plans"][MONTH].rejected) == (1, 0)
    assert sorted(Path(o.file).name for o in found.oddities) == sorted(names)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        sqlite3.OperationalError("database is locked"),
        OSError(28, "No space left on device"),
        duckdb.IOException("Input/output error"),
        RuntimeError("can't start new thread"),
    ],
)
def test_what_the_machine_cannot_do_is_no_fault_of_a_file(error: Exception) -> None:
    assert is_of_the_machine(error)
    with pytest.raises(type(error)), of_this_file():
        raise error


@pytest.mark.parametrize(
    "error", [ValueError("no space left on device"), duckdb.ConversionException("disk is full")]
)
def test_a_cell_that_says_the_disk_is_full_does_not_end_a_refresh(error: Exception) -> None:
    with pytest.raises(Broke, match=type(error).__name__), of_this_file():
        raise error
