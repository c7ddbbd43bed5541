"""DfE's Local Authority Interactive Tool: one long table of some 430 measures, and its data dictionary.

LAIT copies figures that others publish, prints one dash for every symbol of theirs, and names a period in 65
ways. Its numbers are text with the noise of floating point: 93.900000000000006 was published as 93.9.
"""

from collections.abc import Sequence

import duckdb

from ingest.contracts.findings import Finding
from ingest.discovery.file_reader import RawTable, RejectedFileError
from ingest.reference.parsed import (
    FIGURES,
    LAIT_SYMBOLS,
    MEASURES,
    Parsed,
    content_digest,
    parsed_figures,
    registered,
    trimmed,
)

LONG_TABLE = frozenset({"short desc", "data item", "years", "la and regions", "values", "la number"})
DICTIONARY = frozenset({"measure_code", "measure_short", "polarity", "year_type", "dps"})

FLOAT = r"[+-]?[0-9]+(\.[0-9]+)?([Ee][+-]?[0-9]+)?"
PLACES_KEPT = 9  # decimals; noise is in the fifteenth figure

# Each form of period and the year in which it ends: 2024, 2024 (Rev), 2025 (prov) | 2015/16, 2016-17 (OT),
# 2014-16 | 2013/14-15/16
YEAR_ENDS = (
    (r"^(20[0-9]{2})( \([A-Za-z]+\))?$", r"\1"),
    (r"^20[0-9]{2}[-/]([0-9]{2})( \([A-Za-z]+\))?$", r"20\1"),
    (r"^20[0-9]{2}/[0-9]{2}-[0-9]{2}/([0-9]{2})$", r"20\1"),
)


def parse_long_table(raw: RawTable, headers: Sequence[str]) -> Parsed:
    """Every cell of the long table. The newest year in it tells one copy of LAIT from another."""
    at = {name: trimmed(headers.index(name)) for name in LONG_TABLE}
    endings = "\n".join(
        f"when regexp_full_match(time_period, '{form}') then regexp_replace(time_period, '{form}', '{year}')"
        for form, year in YEAR_ENDS
    )
    meanings = " ".join(f"when '{symbol}' then '{status}'" for symbol, status in LAIT_SYMBOLS.items())
    with (
        duckdb.connect() as db,
        registered(db, "cells", raw.cells.append_column("row_number", raw.row_numbers)),
    ):
        db.execute(
            f"""
            create temp table figures as
            with named as (
                select
                    row_number, {at["years"]} as time_period, {at["short desc"]} as column_name,
                    -- a number with a fraction in the file, a code of three figures here
                    regexp_replace({at["la number"]}, '\\.0+$', '') as area_code, {at["values"]} as cell
                from cells
            ),
            read as (
                select
                    *,
                    try_cast(case {endings} end as integer) as period_year,
                    case when regexp_full_match(cell, '{FLOAT}')
                        then round(try_cast(cell as double), {PLACES_KEPT})
                    end as value
                from named
            )
            select
                'lait' as table_id, max(period_year) over () as release_year, row_number, time_period,
                period_year, 'LAIT year' as time_identifier,
                case
                    when area_code = '970' then 'National'
                    when area_code between '980' and '990' and len(area_code) = 3 then 'Regional'
                    else 'Local authority'
                end as geographic_level,
                area_code, null as new_la_code, '' as filters, column_name, cell, value,
                case
                    when value is not null then 'number'
                    else coalesce(case cell {meanings} end, 'unreadable')
                end as status
            from read
            """
        )
        rows = db.sql("from figures").to_arrow_table().cast(FIGURES)
        unplaced, release_year, keys = db.sql(
            """
            select
                count(*) filter (period_year is null), max(release_year),
                count(distinct (column_name, time_period, area_code))
            from figures
            """
        ).fetchone() or (0, None, 0)
    if release_year is None:
        raise RejectedFileError("no row has a year")
    undated = Finding(
        "unknown_period",
        f"{unplaced} rows name no year, and are read as of none",
        "nothing to do unless an indicator is read from them",
        column_name="Years",
    )
    return parsed_figures(
        raw,
        headers,
        rows,
        "lait",
        release_year,
        findings=[undated] if unplaced else [],
        has_repeats=keys < raw.cells.num_rows,
    )


def parse_dictionary(raw: RawTable, headers: Sequence[str]) -> Parsed:
    """What LAIT says of each measure."""
    at = {name: trimmed(headers.index(name)) for name in DICTIONARY | {"topic", "chart_title"}}
    with duckdb.connect() as db, registered(db, "cells", raw.cells):
        rows = db.sql(
            f"""
            select
                {at["measure_short"]} as column_name, {at["topic"]} as topic, {at["chart_title"]} as title,
                {at["polarity"]} as polarity, {at["year_type"]} as year_type, {at["dps"]} as places
            from cells
            """
        ).to_arrow_table()
    return Parsed(
        outcome="read",
        kind="measures",
        rows=rows.cast(MEASURES),
        table_id="lait_dictionary",
        row_count=raw.cells.num_rows,
        content_digest=content_digest(raw, headers),
        findings=raw.findings,
    )
