"""What each return is measured against: its own cells, and the return that its authority sent before it."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.contracts.return_schema import ReturnFormat

EVENT_DATES = "select null::bigint as content_id, null::varchar as return_name, null::date as event_date"


def load_earlier(db: duckdb.DuckDBPyConnection, formats: Mapping[str, ReturnFormat], landing: Path) -> None:
    """Fill `ledger.sources_before`, `ledger.event_dates` and `ledger.sent_before`.

    Reads `accepted`, `receipts` and `ledger.sources`. An earlier return is of the same form: others hold
    other rows of the same months.
    """
    db.execute(
        """
        create table ledger.sources_before as
        with judged as (
            select distinct
                vintages.la_code, sources.return_name, sources.source_month, sources.content_id,
                sources.source_format
            from ledger.sources inner join ledger.vintages using (vintage_id)
            where sources.scope = ''
        )
        select
            judged.content_id, accepted.content_id as before_content_id,
            accepted.source_month as before_month, accepted.landed
        from judged
        inner join accepted
            on judged.la_code = accepted.la_code and judged.return_name = accepted.return_name
            and judged.source_format = accepted.source_format and judged.source_month > accepted.source_month
        where accepted.is_newest
        qualify row_number() over (partition by judged.content_id order by accepted.source_month desc) = 1
        """
    )
    _lay_out_event_dates(db, formats, landing)
    _lay_out_sent_before(db, formats, landing)


def _lay_out_event_dates(
    db: duckdb.DuckDBPyConnection, formats: Mapping[str, ReturnFormat], landing: Path
) -> None:
    """The day of every event of the returns judged, and of those before them: one column of each file."""
    files = db.sql(
        """
        select return_name, list(distinct landed order by landed)
        from (
            select return_name, landed from ledger.sources
            union all
            select sources.return_name, before.landed
            from ledger.sources_before as before inner join ledger.sources using (content_id)
        )
        group by return_name order by return_name
        """
    ).fetchall()
    parts = [
        f"select content_id, '{name}' as return_name, {formats[name].event_date} as event_date "
        f"from read_parquet({[str(landing / landed) for landed in of_return]}) "
        f"where {formats[name].event_date} is not null"
        for name, of_return in files
        if formats[name].event_date
    ]
    db.execute(
        f"create view ledger.event_dates as {' union all '.join(parts or [EVENT_DATES + ' where false'])}"
    )


def _lay_out_sent_before(
    db: duckdb.DuckDBPyConnection, formats: Mapping[str, ReturnFormat], landing: Path
) -> None:
    """Which returns hold the very rows of an earlier month's, in whatever order, and of which month.

    Only what has as many rows as an earlier one is looked at.
    """
    db.execute(
        """
        create temp table alike as
        select
            later.content_id, later.return_name, later.landed,
            earlier.content_id as earlier_content_id, earlier.source_month as earlier_month,
            earlier.landed as earlier_landed
        from (select distinct content_id from ledger.sources where scope = '') as judged
        inner join accepted as later on judged.content_id = later.content_id
        inner join receipts as later_receipt on later.content_id = later_receipt.content_id
        inner join accepted as earlier
            on later.la_code = earlier.la_code and later.return_name = earlier.return_name
            and later.source_format = earlier.source_format and later.source_month > earlier.source_month
        inner join receipts as earlier_receipt on earlier.content_id = earlier_receipt.content_id
        where later_receipt.kept_count > 0 and later_receipt.kept_count = earlier_receipt.kept_count
        """
    )
    db.execute("create temp table row_sets (content_id bigint, row_set varchar)")
    for name, contents, landed in db.sql(
        """
        select return_name, list(distinct content_id), list(distinct landed order by landed)
        from (
            select return_name, content_id, landed from alike
            union all
            select return_name, earlier_content_id, earlier_landed from alike
        )
        group by return_name
        """
    ).fetchall():
        db.register("wanted", pa.table({"content_id": pa.array(contents, pa.int64())}))
        whole = ", ".join(f'"{field.name}"' for field in formats[name].fields)
        db.execute(
            f"""
            insert into row_sets
            select content_id, bit_xor(hash({whole})) || ' ' || sum(hash({whole})::hugeint)
            from read_parquet({[str(landing / one) for one in landed]}) semi join wanted using (content_id)
            group by content_id
            """
        )
    db.execute(
        """
        create table ledger.sent_before as
        select alike.content_id, max(alike.earlier_month) as same_as_month
        from alike
        inner join row_sets as later on alike.content_id = later.content_id
        inner join row_sets as earlier on alike.earlier_content_id = earlier.content_id
        where later.row_set = earlier.row_set
        group by alike.content_id
        """
    )


def load_cells(db: duckdb.DuckDBPyConnection, formats: Mapping[str, ReturnFormat], landing: Path) -> None:
    """Fill `ledger.cells_filled`: how many cells of a field say something, by the month of the row's event.

    Grain: content, field ('*' counts the rows) and event month; only of contents in which something could not
    be read, since nothing is measured against the cells of any other.
    """
    db.execute(
        """
        create table ledger.cells_filled (
            content_id bigint, field_name varchar, event_month_number integer, filled bigint
        )
        """
    )
    doubted = db.sql(
        """
        select sources.return_name, list(distinct sources.landed order by sources.landed)
        from ledger.findings inner join ledger.sources using (content_id)
        group by sources.return_name
        having count(findings.row_number) > 0
        """
    ).fetchall()
    for name, landed in doubted:
        fmt = formats[name]
        month = (
            f"(extract(year from {fmt.event_date}) * 12 + extract(month from {fmt.event_date}) - 1)::int"
            if fmt.event_date
            else "null::int"
        )
        fields = ", ".join(f'count("{field.name}") as "{field.name}"' for field in fmt.fields)
        db.execute(
            f"""
            insert into ledger.cells_filled by name
            unpivot (
                select content_id, {month} as event_month_number, count(*) as "*", {fields}
                from read_parquet({[str(landing / file) for file in landed]})
                semi join ledger.findings using (content_id)
                group by all
            )
            on columns(* exclude (content_id, event_month_number)) into name field_name value filled
            """
        )
