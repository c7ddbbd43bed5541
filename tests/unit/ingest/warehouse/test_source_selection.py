"""Which submission counts: one decision, whatever formats came for a month, in what order and how often."""

from contextlib import closing
from itertools import permutations

import duckdb
import pytest

from ingest.contracts.cell_types import SQL_TYPES
from ingest.contracts.return_schema import submitted_formats
from ingest.contracts.source_formats import HOME, source_rank
from ingest.discovery.raw_folder import RawFolder
from ingest.ledger import Ledger, Submission
from ingest.paths import WarehousePaths
from ingest.warehouse.load import LANDED_COLUMNS, TIE_ORDER, load_sources

MONTH, LA = "2025-03", "301"
FORMATS = ("ssd", "cin_census", "ssda903", "workforce_census", "annex_a", "csc_api")
PEOPLE = ("ssd", "annex_a", "cin_census", "ssda903", "workforce_census", "csc_api")
RETURNS = {  # which goes first, as the specification has it (returns.md, 5)
    "persons": PEOPLE,
    "care_leavers": PEOPLE,
    "cin_episodes": ("ssd", "cin_census", "ssda903", "workforce_census", "annex_a", "csc_api"),
    "extract_coverage": (),  # each tells its own
}


def arrived(places: WarehousePaths, ledger: Ledger, *came: tuple[str, int, str]) -> None:
    """Put on record each (format, version, status) of every return, in the order in which they came."""
    number = ledger.last_receipt_id()
    for name in RETURNS:
        for source_format, version, status in came:
            number += 1
            landed = f"{name}-{number}.parquet"
            _land_nothing(places, name, landed)
            file = f"{MONTH}/{LA}/{source_format}"
            about = (name, MONTH, LA, version, source_format, file, f"sha{number}", number, status)
            ledger.add([Submission(*about, None, 0, 0, 0, landed, "2025-04-01T00:00:00+00:00")])


def _land_nothing(places: WarehousePaths, name: str, landed: str) -> None:
    fmt = submitted_formats()[name]
    fields = {f.name: "uuid" if f.identifies else SQL_TYPES[f.type] for f in fmt.fields}
    typed = LANDED_COLUMNS | fields | (TIE_ORDER if fmt.ties else {})
    nothing = ", ".join(f'null::{kind} as "{column}"' for column, kind in typed.items())
    duckdb.sql(f"copy (select {nothing} where false) to '{places.landing / landed}' (format parquet)")


def counting(places: WarehousePaths, ledger: Ledger) -> dict[str, set[tuple[str, int]]]:
    """The (format, version) that count of each return; whoever reads the decision must agree."""
    ledger.add_folders([(MONTH, LA)])
    with duckdb.connect() as db:
        load_sources(db, places, ledger, RawFolder((), ((MONTH, LA),), ()), MONTH)
        read = db.sql("select return_name, content_id from ledger.sources").fetchall()
        current = db.sql("select return_name, content_id from ledger.receipts where is_current").fetchall()
    assert sorted(read) == sorted(current)  # what figures read, and what the release says they read
    of = {r["content_id"]: (r["source_format"], r["version"]) for r in ledger.table("receipts").to_pylist()}
    for name in set(RETURNS) - {"extract_coverage"}:
        [landed] = ledger.accepted(name, MONTH).values()
        assert (name, landed.content_id) in current
    return {name: {of[content] for said, content in current if said == name} for name in RETURNS}


@pytest.mark.parametrize("pair", list(permutations(FORMATS, 2)), ids="-".join)
def test_every_pair_of_formats_counts_alike_for_all_that_ask(
    pair: tuple[str, str], places: WarehousePaths
) -> None:
    earlier, later = pair
    with closing(Ledger(places.ledger)) as ledger:
        # the second comes twice, and the second time of the first is refused
        arrived(places, ledger, (earlier, 1, "accepted"), (later, 1, "accepted"), (later, 2, "accepted"))
        arrived(places, ledger, (earlier, 2, "rejected"))
        counts = counting(places, ledger)

    version = {earlier: 1, later: 2}
    for name, order in RETURNS.items():
        first = [min(pair, key=order.index)] if order else pair
        assert counts[name] == {(one, version[one]) for one in first}


def test_every_format_has_a_place_and_no_two_the_same() -> None:
    for name in submitted_formats():
        assert len({source_rank(name, one) for one in FORMATS}) == len(FORMATS)
    assert HOME.read_text(encoding="utf-8").count("*,") == len(FORMATS)
