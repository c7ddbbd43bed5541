"""Looked after children in DfE's statistical first releases, 2011 to 2017: wide, a file a year and subject.

The year stands in the name of a column, or nowhere, and in one file it is wrong. England's own figure, which
no two years share, tells it; the header is believed only where that figure is not one of these.
"""

import re
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from ingest.contracts.findings import Finding
from ingest.discovery.file_reader import RawTable, RejectedFileError
from ingest.reference.parsed import (
    FIGURES,
    FIRST_RELEASE_SYMBOLS,
    Parsed,
    parsed_figures,
    read_cells,
    registered,
    trimmed,
)

MARKS = frozenset({"new_geog_code", "geog_l", "geog_c", "geog_n"})
NOT_FIGURES = MARKS | {"la_order"}
YEAR_AT_THE_END = re.compile(r"20[0-9]{2}$")

# The first column of each subject and England's figure in it, by year to 31 March: SFR21/2011, SFR20/2012,
# SFR36/2013, SFR36/2014, SFR34/2015, SFR41/2016, SFR50/2017.
SUBJECTS: Mapping[str, str] = {"cla_mar": "sfr_cla", "cla_started": "sfr_adm", "cla_cease": "sfr_cea"}
ENGLAND: Mapping[str, Mapping[str, int]] = {
    subject: dict(zip(figures.split(), range(2011, 2018), strict=True))
    for subject, figures in {
        "sfr_cla": "65520 67050 68110 68840 69540 70440 72670",
        "sfr_adm": "27310 28220 28830 30430 31070 32050 32810",
        "sfr_cea": "26830 27350 28460 30430 31100 31710 31250",
    }.items()
}


def parse(raw: RawTable, headers: Sequence[str]) -> Parsed:
    """Every figure of one file. Raises RejectedFileError where its subject or its year cannot be told."""
    figures = {
        i: YEAR_AT_THE_END.sub("", header)
        for i, header in enumerate(headers)
        if header and header not in NOT_FIGURES
    }
    lead = next((i for i, name in figures.items() if name in SUBJECTS), None)
    if lead is None:
        raise RejectedFileError("none of its columns counts children looked after, starting or ceasing")
    table_id = SUBJECTS[figures[lead]]
    code = headers.index("geog_c")
    with (
        duckdb.connect() as db,
        registered(db, "cells", raw.cells.append_column("row_number", raw.row_numbers)),
    ):
        england = db.sql(f"select {trimmed(lead)} from cells where {trimmed(code)} = '999'").fetchone()
        year, findings = _year(table_id, england[0] if england else "", headers[lead])
        read_cells(db, list(figures), FIRST_RELEASE_SYMBOLS)
        columns = pa.table({"position": [str(i) for i in figures], "column_name": list(figures.values())})
        with registered(db, "columns_named", columns):
            rows = (
                db.execute(
                    f"""
                    with placed as (
                        select
                            row_number, {trimmed(code)} as area_code,
                            {trimmed(headers.index("new_geog_code"))} as new_geog_code
                        from cells
                    )
                    select
                        $table_id as table_id, $year as release_year, row_number,
                        $year::varchar as time_period, $year as period_year,
                        'Reporting year' as time_identifier,
                        -- the level is told by the code: one file leaves it empty for an authority
                        case
                            when area_code = '999' then 'National'
                            when regexp_full_match(area_code, '[A-Z]') then 'Regional'
                            else 'Local authority'
                        end as geographic_level,
                        area_code, nullif(new_geog_code, '') as new_la_code, '' as filters, column_name,
                        cell, value, status
                    from read_cells
                    join columns_named using (position)
                    join placed using (row_number)
                    where area_code <> ''
                    """,
                    {"table_id": table_id, "year": year},
                )
                .to_arrow_table()
                .cast(FIGURES)
            )
    return parsed_figures(raw, headers, rows, table_id, year, findings=findings)


def _year(table_id: str, england: str, header: str) -> tuple[int, list[Finding]]:
    printed = YEAR_AT_THE_END.search(header)
    by_header = int(printed[0]) if printed else None
    by_england = ENGLAND[table_id].get(england)
    if by_england is None and by_header is None:
        raise RejectedFileError(
            "its year stands in no header, and England's figure is not one of 2011 to 2017"
        )
    if by_england is None or by_header is None or by_england == by_header:
        return by_england or by_header or 0, []
    said = Finding(
        "mislabelled_year",
        f"its header says {by_header}, but England's figure is that of {by_england}, and that is believed",
        "nothing to do; it was published so",
        row_number=1,
        column_name=header,
    )
    return by_england, [said]
