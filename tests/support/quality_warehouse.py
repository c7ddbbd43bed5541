"""A warehouse built from raw files as far as the figures, and how each quality rule and measure ended."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb

from expectations import measures
from expectations.checks import Check
from expectations.context import open_context
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery import raw_folder
from ingest.discovery.returns import sort_files
from ingest.landing.land import land_returns
from ingest.ledger import Ledger, MonthEvent, Override
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import key_file, read_key
from ingest.reference import load_reference
from ingest.warehouse.load import load_sources
from ingest.warehouse.previous_release import load_previous
from orchestration.runtime import dbt_build

PSEUDONYMS = read_key(key_file())  # of the tests: tests/__init__.py
FIGURES = (
    "+fct_data_quality",
    "+fct_publication_status",
    "+fct_measures",
    "+fct_submissions",
    "+rpt_held_by_ground",
    "+rpt_files_left_out",
    "dim_quality_rule",
)


def build(places: WarehousePaths, overrides: Sequence[Override] = (), closed: str | None = None) -> None:
    """Land, lay out, build, judge and build as a refresh does, up to the figures and what holds them.

    The month `closed` has been closed for every authority, as it stood when the next one came.
    """
    places.prepare()
    ledger = Ledger(places.ledger)
    found = sort_files(raw_folder.look(places.raw), ledger.read_before())
    try:
        ledger.add_folders(found.folders)
        files = {
            name: {month: found.of(name, month) for month in found.months} for name in submitted_formats()
        }
        land_returns(files, places.landing, ledger, PSEUDONYMS)
        ledger.add_overrides(overrides)
        if closed:
            ledger.add_events(_closings(ledger, closed))
        for path in (places.warehouse, places.warehouse.with_suffix(".duckdb.wal")):
            path.unlink(missing_ok=True)
        with duckdb.connect(str(places.warehouse)) as db:
            load_sources(db, places, ledger, found, found.months[-1])
            load_reference(db, places.reference, places.reference_cache)
            load_previous(db, places)
    finally:
        ledger.close()
    dbt_build.build(places, ["+int_measures"])
    judge(places)
    dbt_build.build(places, FIGURES, exclude=["+int_measures"])


def _closings(ledger: Ledger, month: str) -> list[MonthEvent]:
    newest = max(ledger.table("receipts").column("receipt_id").to_pylist())
    by = {"by_name": "A. Name", "reason": None, "policy": None, "is_incomplete": False}
    return [
        MonthEvent(la_code, month, "closed", last_receipt_id=newest, at="2025-03-05T09:00:00+00:00", **by)
        for of_month, la_code in zip(
            *(ledger.table("folders").column(i).to_pylist() for i in (0, 1)), strict=True
        )
        if of_month == month
    ]


def judge(places: WarehousePaths) -> list[Check]:
    """What Great Expectations finds of the measures, where dbt reads it, and as it ended."""
    context, suites = open_context(places.quality_context)
    with duckdb.connect(str(places.warehouse)) as db:
        checks = measures.judge_measures(context, suites, measures.measures(db))
        db.execute("create schema if not exists gate")
        db.register("found", measures.judgements(checks))
        db.execute("create or replace table gate.judgements as from found")
    return checks


def rows(places: WarehousePaths, query: str) -> list[tuple[Any, ...]]:
    """What a query of the warehouse gives."""
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        return db.sql(query).fetchall()


def ended(places: WarehousePaths) -> Iterator[dict[str, object]]:
    """How every rule ended, with the month, return and row of every record that breaks it."""
    with duckdb.connect(str(places.warehouse), read_only=True) as db:
        asked = db.sql(
            """
            with places as (
                select la_code, rule_id, receipts.reporting_month, receipts.return_name, place.row_number
                from (
                    select la_code, rule_id, unnest(failing) as place from intermediate.int_quality__outcomes
                ) inner join ledger.receipts using (la_code) where place.content_id = receipts.content_id
            )
            select
                outcomes.la_code, rule_id, state, rows_failing, rows_checked,
                coalesce(
                    list((places.reporting_month, return_name, row_number))
                    filter (where row_number is not null), []
                ) as at
            from intermediate.int_quality__outcomes as outcomes left join places using (la_code, rule_id)
            group by all
            """
        )
        names = [column[0] for column in asked.description]
        yield from (dict(zip(names, row, strict=True)) for row in asked.fetchall())
