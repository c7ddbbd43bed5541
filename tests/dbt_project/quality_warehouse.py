"""A warehouse built from raw files as far as the quality rules, and how each of them ended."""

from collections.abc import Iterator

import duckdb

from ingest import raw_folder
from ingest.land import land_returns
from ingest.lay_out import lay_out
from ingest.ledger import Ledger
from ingest.places import Places
from ingest.previous_release import lay_out_previous
from ingest.pseudonyms import key_file, read_key
from ingest.reference import lay_out_reference
from ingest.return_format import submitted_formats
from orchestration import dbt_build

PSEUDONYMS = read_key(key_file())  # of the tests: tests/__init__.py


def build(places: Places) -> None:
    """Land, lay out and build as a refresh does, up to how the rules ended."""
    places.prepare()
    found = raw_folder.look(places.raw)
    ledger = Ledger(places.ledger)
    try:
        ledger.add_folders(found.folders)
        files = {
            name: {month: found.of(name, month) for month in found.months} for name in submitted_formats()
        }
        land_returns(files, places.landing, ledger, PSEUDONYMS)
        for path in (places.warehouse, places.warehouse.with_suffix(".duckdb.wal")):
            path.unlink(missing_ok=True)
        with duckdb.connect(str(places.warehouse)) as db:
            lay_out(db, places, ledger, found, found.months[-1])
            lay_out_reference(db, places.reference, places.reference_cache)
            lay_out_previous(db, places)
    finally:
        ledger.close()
    dbt_build.build(places, ["+fct_data_quality", "+fct_publication_status", "dim_quality_rule"])


def ended(places: Places) -> Iterator[dict[str, object]]:
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
