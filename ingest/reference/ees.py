"""Tables of explore-education-statistics: tidy, one row for a time, a place and what the figures are of."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from ingest.discovery.file_reader import RawTable, RejectedFileError
from ingest.reference.parsed import (
    FIGURES,
    NotRecognisedError,
    Parsed,
    literal,
    parsed_figures,
    read_cells,
    registered,
    trimmed,
)

PLACES = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
MARKS = frozenset(PLACES[:4])

# A table is the first whose columns are all there. Alternatives are eras: names drift between releases.
# A table that is not here is read too; it goes by a digest of its columns.
TABLES: Mapping[str, Sequence[str]] = {
    "a2": ["category_type number rate percent"],
    "b1": ["started_episodes at31_episodes"],
    "c1": ["rereferral_percent", "rereferral_count", "re_referrals_percent", "re_referrals"],
    "c2": ["assessments_completed same_day"],
    "c3": ["episodes_with_assessment_factor"],
    "c4": ["section47 icpc"],
    "c5": ["referrals schools police"],
    "c6": ["referrals april march"],
    "d1": ["cpp_start cpp_end"],
    "d3": ["cpp_start cpp_subsequent"],
    "d5": ["cpp_at31 2_years_or_more"],
    "d6": ["reviewed_within_timescales"],
    "d7": ["cpp_end 2_years_or_more"],
    "headline": ["children_in_need_per_10000_children"],
    "ons_mid_year": ["age_group population_estimate"],
    "cla_number": ["population_type children_count", "population_count number"],
    "cla_placement_stability": ["placement_stability"],
    "cla_social_workers": ["sw_stability"],
    "care_leavers": ["care_leaver_age breakdown"],
    "adoption_timeliness": ["stage_of_adoption_process"],
    "csww": ["vacancy_rate_fte", "vacancy_rate_fte_%"],
}


def parse(raw: RawTable, headers: Sequence[str]) -> Parsed:
    """Every figure of one table. Raises RejectedFileError, or NotRecognisedError where it has no figures."""
    repeated = [name for name, times in Counter(h for h in headers if h).items() if times > 1]
    if repeated:
        positions = [str(i + 1) for i, header in enumerate(headers) if header == repeated[0]]
        raise RejectedFileError(f"columns {' and '.join(positions)} have the same name")
    others = [i for i, header in enumerate(headers) if header and header not in PLACES]
    no_figures = NotRecognisedError("it has columns of time and place, but no figures")
    if not others:
        raise no_figures
    with (
        duckdb.connect() as db,
        registered(db, "cells", raw.cells.append_column("row_number", raw.row_numbers)),
    ):
        read_cells(db, others)
        indicators = _indicators(db, others)
        if not indicators:
            raise no_figures
        _place_rows(db, headers, filters=[i for i in others if i not in indicators])
        release_year, keys = db.sql(
            """
            select
                max(period_year),
                count(distinct (time_period, time_identifier, geographic_level, area_code, filters))
            from placed
            """
        ).fetchone() or (None, 0)
        if release_year is None and raw.cells.num_rows:
            raise RejectedFileError("no row has a time_period that is a year")
        table_id = _table_id(headers, indicators)
        rows = _figures(db, table_id, release_year, {i: raw.headers[i].strip() for i in indicators})
    return parsed_figures(raw, headers, rows, table_id, release_year, has_repeats=keys < raw.cells.num_rows)


def _figures(
    db: duckdb.DuckDBPyConnection, table_id: str, release_year: int | None, names: Mapping[int, str]
) -> pa.Table:
    columns = pa.table({"position": [str(i) for i in names], "column_name": list(names.values())})
    with registered(db, "indicators", columns):
        found = db.execute(
            """
            select
                $table_id as table_id, $release_year as release_year, row_number, time_period, period_year,
                time_identifier, geographic_level, area_code, new_la_code, filters, column_name,
                cell, value, status
            from read_cells
            join indicators using (position)
            join placed using (row_number)
            """,
            {"table_id": table_id, "release_year": release_year},
        )
        return found.to_arrow_table().cast(FIGURES)


def _indicators(db: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> list[int]:
    """The columns that hold figures, told by what most of their cells are; the others say what of."""
    shares = dict(
        db.sql(
            """
            select position::integer, avg((status <> 'unreadable')::integer) from read_cells group by position
            """
        ).fetchall()
    )
    return [i for i in columns if shares.get(i, 1) > 0.5]


def _place_rows(db: duckdb.DuckDBPyConnection, headers: Sequence[str], filters: Sequence[int]) -> None:
    """When, where and of what each row is."""
    place = {name: trimmed(headers.index(name)) if name in headers else "''" for name in PLACES}
    said = ", ".join(f"{literal(headers[i] + '=')} || {trimmed(i)}" for i in filters)
    db.execute(
        f"""
        create or replace temp table placed as
        select
            row_number,
            {place["time_period"]} as time_period,
            {place["time_identifier"]} as time_identifier,
            {place["geographic_level"]} as geographic_level,
            -- the three-digit code is the steadiest key of an authority; ONS codes change under it
            coalesce(nullif(case lower({place["geographic_level"]})
                when 'national' then {place["country_code"]}
                when 'regional' then {place["region_code"]}
                else {place["old_la_code"]}
            end, ''), nullif({place["new_la_code"]}, ''), '') as area_code,
            nullif({place["new_la_code"]}, '') as new_la_code,
            concat_ws('|', {said or "''"}) as filters,
            -- 2025 is the year named; 202425 is the year that ends in 2025
            case
                when regexp_full_match({place["time_period"]}, '[0-9]{{4}}')
                    then {place["time_period"]}::integer
                when regexp_full_match({place["time_period"]}, '[0-9]{{6}}')
                    then left({place["time_period"]}, 4)::integer + 1
            end as period_year
        from cells
        """
    )


def _table_id(headers: Sequence[str], indicators: Sequence[int]) -> str:
    for table_id, eras in TABLES.items():
        if any(set(era.split()) <= set(headers) for era in eras):
            return table_id
    names = "|".join(sorted(headers[i] for i in indicators))
    return "columns_" + hashlib.sha256(names.encode()).hexdigest()[:12]
