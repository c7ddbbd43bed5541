"""Statistical neighbours: a council a row, its ten nearest in columns, as CSV or in LAIT's workbook."""

import re
from collections.abc import Sequence

import duckdb
import fastexcel
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.findings import Finding
from ingest.discovery.file_reader import RawTable, RejectedFileError
from ingest.reference.parsed import NEIGHBOURS, Parsed, content_digest, registered, trimmed

RANK = re.compile(r"sn(_?)(\d{1,2})")
NEIGHBOURS_OF = ("la number", "la num", "old_la_code", "la_code")
NONE_LISTED = "-"  # LAIT's sheet of 2021 for councils that came later
HEADER_WITHIN = 10  # rows of a sheet

# Both models are printed under the same headings in LAIT's workbooks. What tells them apart is whom they
# know: Cumberland (942) and Westmorland and Furness (943) have neighbours since the model of 2025.
FIRST_LISTED_IN = {2025: ("942", "943")}
OLDEST_MODEL = 2021


def is_list(headers: Sequence[str]) -> bool:
    """Whether these are the columns of a list of neighbours."""
    ranks = [h for h in headers if RANK.fullmatch(h)]
    return len(ranks) >= 2 and bool(set(NEIGHBOURS_OF) & set(headers))


def open_workbook(data: bytes) -> RawTable | None:
    """The list on the first sheet, whose headings stand below others; None where there is no list."""
    try:
        sheet = fastexcel.read_excel(data).load_sheet(0, header_row=None, dtypes="string")
    except fastexcel.FastExcelError:
        raise RejectedFileError("it is not a readable workbook") from None
    cells = pa.Table.from_batches([sheet.to_arrow()])
    cells = cells.rename_columns([str(i) for i in range(cells.num_columns)])
    for number, row in enumerate(cells.slice(0, HEADER_WITHIN).to_pylist()):
        headers = tuple((value or "").strip() for value in row.values())
        if is_list([header.casefold() for header in headers]):
            body = cells.slice(number + 1)
            filled = pa.table({name: pc.fill_null(body.column(name), "") for name in cells.column_names})
            rows = pa.array(range(number + 2, number + 2 + body.num_rows), pa.int64())
            return RawTable(headers, filled, rows)
    return None


def parse(raw: RawTable, headers: Sequence[str]) -> Parsed:
    """Long: one row for each neighbour. Spacer and divider rows name none and fall away by themselves."""
    ranks = {i: int(found[2]) for i, header in enumerate(headers) if (found := RANK.fullmatch(header))}
    own = next(headers.index(name) for name in NEIGHBOURS_OF if name in headers)
    ranked = pa.table(
        {
            "position": [str(i) for i in ranks],
            "neighbour_rank": pa.array(list(ranks.values()), pa.int32()),
            "column_name": [raw.headers[i].strip() for i in ranks],
        }
    )
    with (
        duckdb.connect() as db,
        registered(db, "cells", raw.cells.append_column("row_number", raw.row_numbers)),
        registered(db, "ranks", ranked),
    ):
        db.execute(
            f"""
            create temp table listed as
            select
                row_number, la_code, neighbour_rank, column_name, neighbour_la_code,
                regexp_full_match(la_code, '[0-9]{{3}}')
                    and regexp_full_match(neighbour_la_code, '[0-9]{{3}}')
                    and la_code <> neighbour_la_code as is_read
            from (
                unpivot (
                    select
                        row_number, {trimmed(own)} as la_code,
                        {", ".join(f'{trimmed(i)} as "{i}"' for i in ranks)}
                    from cells
                )
                on {", ".join(f'"{i}"' for i in ranks)} into name position value neighbour_la_code
            )
            join ranks using (position)
            where neighbour_la_code not in ('', '{NONE_LISTED}')
            """
        )
        unread = db.sql(
            "select row_number, column_name from listed where not is_read order by row_number, neighbour_rank"
        ).fetchall()
        named = {la for (la,) in db.sql("select distinct la_code from listed where is_read").fetchall()}
        model_year = _model_year(named, headers)
        rows = db.execute(
            """
            select $model_year as model_year, la_code, neighbour_rank, neighbour_la_code
            from listed where is_read
            qualify row_number() over (partition by la_code, neighbour_rank order by row_number desc) = 1
            order by la_code, neighbour_rank
            """,
            {"model_year": model_year},
        ).to_arrow_table()
    findings = [
        Finding(
            "unreadable_cell",
            "an authority and its neighbour are not two different three-digit codes",
            "correct the cell; until then the authority has one neighbour fewer",
            row_number=row,
            column_name=column,
        )
        for row, column in unread
    ]
    return Parsed(
        outcome="read",
        kind="neighbours",
        rows=rows.cast(NEIGHBOURS),
        table_id=f"neighbours_{model_year}",
        release_year=model_year,
        row_count=raw.cells.num_rows,
        content_digest=content_digest(raw, headers),
        findings=(*raw.findings, *findings),
    )


def _model_year(named: set[str], headers: Sequence[str]) -> int:
    for model_year, since_then in FIRST_LISTED_IN.items():
        if named.intersection(since_then):
            return model_year
    # DfE's own list of 2025 writes SN_1 where the others write SN1
    is_underlined = any(found[1] for h in headers if (found := RANK.fullmatch(h)))
    return max(FIRST_LISTED_IN) if is_underlined else OLDEST_MODEL
