"""What every landed return promises, derived from its format, and how often each promise is broken."""

from collections.abc import Mapping

import duckdb
import great_expectations.expectations as gxe
import pandas as pd
from great_expectations.expectations import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity

from ingest.return_format import ReturnFormat


def _none_of(column: str, severity: str, sentence: str) -> Expectation:
    return gxe.ExpectColumnValuesToBeBetween(
        column=column,
        min_value=0,
        max_value=0,
        severity=FailureSeverity(severity),
        notes=sentence,
        meta={"check": column},
    )


def suite() -> list[Expectation]:
    """One expectation for each promise; each holds for every return."""
    return [
        _none_of("rows_not_receipted", "critical", "The rows landed are the rows that the receipts counted."),
        _none_of(
            "keys_repeated", "critical", "A record stands once in a snapshot; twice would count it twice."
        ),
        _none_of("required_empty", "critical", "A row without its key or its required cells says nothing."),
        _none_of("ends_before_start", "critical", "Nothing ends before it starts."),
        _none_of("codes_unknown", "critical", "Every code is one of its list, or a finding."),
        _none_of(
            "cells_unread", "warning", "Every cell reads as its declared type; the unread count as empty."
        ),
        _none_of(
            "files_rejected",
            "warning",
            "Every file sent can be taken; a rejected one counts as not submitted.",
        ),
    ]


def measure(db: duckdb.DuckDBPyConnection, formats: Mapping[str, ReturnFormat]) -> pd.DataFrame:
    """Grain: one return that some authority sent for the month reported. A count for every promise."""
    sent = db.sql(
        """
        select receipts.return_name, sum(kept_count)::bigint as kept_count
        from ledger.receipts as receipts
        semi join (
            from ledger.sources semi join ledger.views as restated
                on sources.view_id = restated.view_id and restated.edition = 'restated'
        ) as sources using (content_id)
        group by receipts.return_name order by receipts.return_name
        """
    ).fetchall()
    counted = [_measure_return(db, formats[name], kept) for name, kept in sent]
    rejected = db.sql(
        "select return_name, count(*) as rejected from ledger.receipts where status = 'rejected' group by all"
    ).df()
    unread = db.sql(
        """
        select return_name, count(*) as unread from ledger.findings
        where finding in ('unreadable_cell', 'order_of_dates_unsure')
        group by all
        """
    ).df()
    frame = pd.DataFrame(counted)
    if frame.empty:
        return frame
    frame["cells_unread"] = frame.return_name.map(unread.set_index("return_name").unread).fillna(0)
    frame["files_rejected"] = frame.return_name.map(rejected.set_index("return_name").rejected).fillna(0)
    return frame


def _count(broken: str) -> str:
    return f"count(*) filter (where {broken})"


def _measure_return(db: duckdb.DuckDBPyConnection, fmt: ReturnFormat, kept: int) -> dict[str, object]:
    key = ", ".join(f'"{name}"' for name in fmt.key)
    empty = " or ".join(f'"{name}" is null' for name in fmt.must_fill)
    order = _count(f'"{fmt.start_and_end[1]}" < "{fmt.start_and_end[0]}"') if fmt.start_and_end else "0"
    unknown = " + ".join(
        _count(f"""{f.name} not in (select code from seeds.code_lists where list = '{f.code_list}')""")
        for f in fmt.fields
        if f.type == "code"
    )
    row = db.execute(
        f"""
        with rows as (
            select landed.* from returns.{fmt.name} as landed
            semi join (
                from ledger.sources semi join ledger.views as restated
                    on sources.view_id = restated.view_id and restated.edition = 'restated'
            ) as sources using (content_id)
        )
        select
            abs(count(*) - ?) as rows_not_receipted,
            (
                select count(*) from (select 1 from rows group by content_id, {key} having count(*) > 1)
            ) as keys_repeated,
            {_count(empty)} as required_empty,
            {order} as ends_before_start,
            {unknown or "0"} as codes_unknown
        from rows
        """,
        [kept],
    ).fetchone()
    names = ("rows_not_receipted", "keys_repeated", "required_empty", "ends_before_start", "codes_unknown")
    return {"return_name": fmt.name, **dict(zip(names, row or (), strict=True))}
