"""Which submission of a return counts: decided here, once, and read by whoever needs it.

The formats of a month are never mixed inside one return: the one that goes first (source_formats.csv) counts,
and of its versions the newest that was accepted. What each format covers is told by itself.
"""

import duckdb
import pyarrow as pa

from ingest.contracts.source_formats import ranks

RANKED = """
create or replace temp table ranked as
select
    receipts.receipt_id, receipts.return_name, receipts.reporting_month as source_month, receipts.la_code,
    receipts.content_id, receipts.landed, receipts.source_format, receipts.version, receipts.file,
    case when receipts.return_name = 'extract_coverage' then receipts.source_format else '' end as scope,
    row_number() over (
        order by coalesce(of_return.source_rank, of_any.source_rank), receipts.version desc
    ) as precedence  -- of what stands for one return of one month, the lowest counts
from receipts
inner join source_formats as of_any
    on receipts.source_format = of_any.source_format and of_any.return_name = '*'
left join source_formats as of_return
    on receipts.source_format = of_return.source_format and receipts.return_name = of_return.return_name
where receipts.status = 'accepted' and receipts.reporting_month <= $newest
"""
ACCEPTED = """
create or replace temp table accepted as
select
    *,
    row_number() over (partition by return_name, source_month, la_code, scope order by precedence) = 1
        as is_newest
from ranked
"""


def decide(db: duckdb.DuckDBPyConnection, newest: str) -> None:
    """Lay down `ranked` and `accepted`, of all months up to `newest`, from the relation `receipts`.

    Grain of both: an accepted receipt. `accepted.is_newest` tells which count; `ranked.precedence` orders
    those of one return, month and authority, also as they were known before later ones came.
    """
    rows = [
        {"return_name": name, "source_format": form, "source_rank": rank}
        for (name, form), rank in ranks().items()
    ]
    db.register("source_formats", pa.Table.from_pylist(rows))
    db.execute(RANKED, {"newest": newest})
    db.execute(ACCEPTED)
