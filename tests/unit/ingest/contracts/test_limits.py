"""What a file may hold is looked at before it is read; beyond it the file is refused in a sentence."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.contracts import limits
from ingest.contracts.findings import RejectedFileError
from ingest.contracts.limits import InvalidLimitsError, check_text
from ingest.discovery.file_reader import read_bytes, read_csv, read_parquet
from ingest.discovery.raw_folder import look
from ingest.discovery.workbooks import check_container
from ingest.landing.land import land_returns
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from tests.conftest import Send
from tests.unit.ingest.adapters.workbooks import workbook

Set = Callable[[str], None]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Set]:
    """Change limits by a file of one's own."""

    def change(text: str) -> None:
        path = tmp_path / "limits.yml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setenv("LINE_OF_SIGHT_LIMITS", str(path))
        limits.limits.cache_clear()

    yield change
    monkeypatch.undo()
    limits.limits.cache_clear()


def parquet(table: pa.Table, **how: object) -> bytes:
    made = io.BytesIO()
    pq.write_table(table, made, **how)
    return made.getvalue()


def test_rows_and_columns_of_a_csv_are_counted_before_it_is_read(own: Set) -> None:
    own("csv: {rows: 3, columns: 2, cells: 5}")
    assert read_csv(b"a,b\n1,2\n").cells.num_rows == 1
    for too_much in (b"a\n" * 4, b"a\r" * 4, b"a,b,c\n1,2,3\n", b"\n\na;b;c\n", b"a,b\n1,2,3,4\n1,2,3\n"):
        with pytest.raises(RejectedFileError, match="is the most that is taken"):
            check_text(too_much)


@pytest.mark.parametrize("compression", ["snappy", "none"])
def test_a_parquet_file_says_its_rows_before_a_page_is_read(
    monkeypatch: pytest.MonkeyPatch, compression: str
) -> None:
    sent = parquet(pa.table({"a": pa.repeat("same", 1_000_001)}), compression=compression)
    monkeypatch.setattr(pq, "read_table", None)
    with pytest.raises(RejectedFileError, match="1,000,001 rows"):
        read_parquet(sent)


def test_a_long_word_that_stands_in_every_row_is_not_unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    word = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), 100_000), ["w" * 10_000])
    sent = parquet(pa.table({"a": word}))
    assert len(sent) < 100_000
    monkeypatch.setattr("ingest.discovery.file_reader._as_text", None)
    with pytest.raises(RejectedFileError, match="bytes when unpacked"):
        read_parquet(sent)


def test_text_written_as_differences_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    words = pa.array(["w" * 1000 + str(n) for n in range(1000)])
    sent = parquet(pa.table({"a": words}), use_dictionary=False, column_encoding={"a": "DELTA_BYTE_ARRAY"})
    monkeypatch.setattr(pq, "read_table", None)
    with pytest.raises(RejectedFileError, match="differences"):
        read_parquet(sent)


def test_parquet_of_plain_and_repeated_text_is_read_as_it_stands() -> None:
    table = pa.table({"a": ["x", "x", None], "n": [1, 2, 3]})
    for how in ({}, {"use_dictionary": False}, {"compression": "zstd"}):
        assert read_parquet(parquet(table, **how)).cells.to_pydict() == {
            "0": ["x", "x", ""],
            "1": ["1", "2", "3"],
        }


def test_a_workbook_of_more_sheets_than_any_return_is_not_opened(own: Set) -> None:
    own("workbook: {sheets: 2}")
    check_container(workbook({"a": [["x"]], "b": [["x"]]}))
    with pytest.raises(RejectedFileError, match="3 sheets"):
        check_container(workbook({"a": [["x"]], "b": [["x"]], "c": [["x"]]}))


def test_a_file_larger_than_any_kind_may_be_is_not_read(own: Set, tmp_path: Path) -> None:
    kinds = ("csv", "parquet", "workbook", "archive", "xml", "json")
    own("{" + ", ".join(f"{kind}: {{bytes: 9}}" for kind in kinds) + "}")
    (tmp_path / "large").write_bytes(b"x" * 10)
    with pytest.raises(RejectedFileError, match="larger than 9 bytes"):
        read_bytes(tmp_path / "large")


def test_findings_beyond_a_number_are_counted_and_the_file_refused(
    own: Set, places: WarehousePaths, send: Send
) -> None:
    own("landing: {findings: 5}")
    heading = "cppl_cp_plan_id,cppl_person_id,cppl_cp_plan_start_date,cppl_cp_plan_end_date\n"
    send("2025-03", "301", "cp_plans", heading + "".join(f"P{n},K{n},2025-01-01,never\n" for n in range(20)))
    send("2025-03", "302", "cp_plans", heading + "".join(f"P{n},K{n},2025-01-01,\n" for n in range(20)))
    ledger = Ledger(places.ledger)
    files = {"2025-03": look(places.raw).of("cp_plans", "2025-03")}
    land_returns({"cp_plans": files}, places.landing, ledger, read_key(key_file()))

    refused, accepted = sorted(ledger.table("receipts").to_pylist(), key=lambda r: r["la_code"])
    assert (refused["status"], refused["finding_count"]) == ("rejected", 20)
    assert refused["reason"].startswith("it has 20 findings")
    assert (accepted["status"], accepted["kept_count"]) == ("accepted", 20)
    [kept] = places.landing.glob("*/*/*.findings.parquet")
    assert [f["row_number"] for f in pq.read_table(kept).to_pylist()] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("text", ["csv: {rows: many}", "csv: {lines: 3}", "csv: 3", "[", "csv: {rows: 0}"])
def test_limits_that_cannot_be_read_are_refused(own: Set, text: str) -> None:
    own(text)
    with pytest.raises(InvalidLimitsError):
        limits.limits()
