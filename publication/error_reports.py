"""What each authority is to mend, row by row: file, sheet, row and column, by which rule, and what to do.

The reports lie in the restricted zone, one folder an authority, open to nobody else. They say where a fault
stands and hold no value of it.
"""

import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.adapters.convert import returns_of
from ingest.contracts.return_schema import submitted_formats
from ingest.discovery.file_reader import RejectedFileError, read_bytes, read_table
from ingest.discovery.raw_folder import RawFile
from ingest.discovery.returns import header_row
from ingest.files import new_file
from ingest.paths import WarehousePaths
from publication.own_names import names_of_files

FILE = "error_report.csv"
TEXT = pa.string()
HEADERS = pa.schema(
    [("content_id", pa.int64()), ("field_name", TEXT), ("letter", TEXT), ("sender_name", TEXT)]
)
MOVED = pa.schema(
    [("content_id", pa.int64()), ("landed_row", pa.int64()), ("origin", TEXT), ("row_number", pa.int64())]
)

OWN_NAMES = pa.schema([("file", TEXT), ("own_name", TEXT)])

FORMULA = r"^[=+@\t\r-]"  # a spreadsheet would take what begins so for a formula
SAFE = f"""
create temp macro safe(cell) as case when regexp_matches(cell, '{FORMULA}') then '''' || cell else cell end
"""
# A rule's fault has a line for each record; what landing found stands as it was found. The place of a record
# opened from another format is that of its own sheet or element. What holds figures comes first, by how many;
# a doubt about a return as a whole (it stopped, it is an earlier month's) has a line of its own.
REPORT = """
with faults as (
    select
        outcomes.la_code, outcomes.rule_id, outcomes.severity, rules.dfe_codes, rules.sentence, rules.fix,
        rules.return_name, rules.field_name, rules.ground, place.content_id, place.row_number
    from (
        select la_code, rule_id, severity, unnest(failing) as place
        from intermediate.int_quality__outcomes where state = 'failed' and len(failing) > 0
    ) as outcomes
    inner join seeds.quality_rules as rules using (rule_id)
    where rules.counted_in <> 'int_quality__findings'
),
placed as (
    select
        faults.la_code, receipts.file, moved.origin as sheet,
        coalesce(moved.row_number, faults.row_number) as row_number, headers.letter,
        coalesce(headers.sender_name, faults.field_name) as field_name,
        faults.rule_id, faults.dfe_codes, faults.severity, faults.sentence, faults.fix,
        faults.ground, faults.return_name, '*' as doubted_field
    from faults
    inner join ledger.receipts as receipts
        on faults.content_id = receipts.content_id and faults.la_code = receipts.la_code
    left join moved on faults.content_id = moved.content_id and faults.row_number = moved.landed_row
    left join headers on faults.content_id = headers.content_id and faults.field_name = headers.field_name
),
whole as (
    select
        outcomes.la_code, null as file, null as sheet, null::bigint as row_number, null as letter,
        rules.field_name, rule_id, rules.dfe_codes, outcomes.severity, rules.sentence, rules.fix,
        rules.ground, rules.return_name, '*' as doubted_field
    from intermediate.int_quality__outcomes as outcomes
    inner join seeds.quality_rules as rules using (rule_id)
    where outcomes.state = 'failed' and coalesce(len(outcomes.failing), 0) = 0
),
found as (
    select
        findings.la_code, findings.file,
        case
            when position(': ' in findings.column_name) > 0 then split_part(findings.column_name, ': ', 1)
        end as sheet,
        findings.row_number, headers.letter,
        case
            when position(': ' in findings.column_name) > 0 then split_part(findings.column_name, ': ', 2)
            else coalesce(headers.sender_name, findings.column_name)
        end as field_name,
        coalesce(rules.rule_id, findings.finding) as rule_id, rules.dfe_codes,
        case
            when rules.effect = 'hold' then 'critical'
            when rules.effect = 'report' or ends_with(findings.finding, '_noted') then 'info'
            else 'warning'
        end as severity,
        findings.reason as sentence, findings.next_move as fix,
        case
            when rules.ground is not null then rules.ground
            when findings.finding = 'required_cell_empty' then 'rows_unread'
            when findings.finding in ('unreadable_cell', 'order_of_dates_unsure') then 'values_unread'
        end as ground,
        findings.return_name,
        case when findings.finding = 'required_cell_empty' then '*' else findings.field_name end
            as doubted_field
    from ledger.findings as findings
    left join headers
        on findings.content_id = headers.content_id and findings.column_name = headers.field_name
    left join seeds.quality_rules as rules
        on findings.return_name = rules.return_name
        and rules.finding
        = case findings.finding when 'order_of_dates_unsure' then 'unreadable_cell' else findings.finding end
        and (rules.finding_reason is null or starts_with(findings.reason, rules.finding_reason))
    where findings.la_code is not null and (
        findings.content_id in (select content_id from intermediate.int_quality__sources)
        or findings.reporting_month = (select view_month from ledger.reporting)
    )
),
held as (
    select
        la_code, ground, return_name, field_name, rule_id, ground_sentence, suggested_action, figure_count
    from marts.rpt_held_by_ground
),
returns_in_doubt as (
    select
        la_code, null as file, null as sheet, null::bigint as row_number, null as letter,
        return_name as field_name, ground as rule_id, null as dfe_codes, 'critical' as severity,
        ground_sentence as sentence, suggested_action as fix, ground, return_name, field_name as doubted_field
    from held where ground not in ('rows_unread', 'values_unread', 'rule_broken', 'children_unknown')
),
every as (
    select * from placed union all select * from whole union all select * from found
    union all select * from returns_in_doubt
)
select
    every.la_code,
    -- whoever may see the report may see the raw folder, and so the name that no release says
    safe(coalesce(own.own_name || substr(every.file, len(own.file) + 1), every.file)) as file,
    safe(every.sheet) as sheet, every.row_number as row,
    every.letter as column, safe(every.field_name) as field, every.rule_id as rule, every.dfe_codes,
    every.severity,
    every.sentence as "what is wrong or should hold", every.fix as "what to do",
    coalesce(max(held.figure_count), 0) as "figures held",
    case when max(held.figure_count) > 0 then 'yes' else 'no' end as "must be mended to be published"
from every
left join own_names as own on every.file = own.file or starts_with(every.file, own.file || ':')
left join held
    on every.la_code = held.la_code and every.ground = held.ground
    and (every.return_name = held.return_name or held.return_name = '*')
    and (held.field_name = '*' or every.doubted_field in (held.field_name, '*'))
    and (held.rule_id = '' or held.ground = 'contradiction' or held.rule_id = every.rule_id)
group by all
order by every.la_code, "figures held" desc, every.severity, file, rule, sheet, row, field
"""


def error_report(places: WarehousePaths, la_code: str) -> Path:
    """Where an authority's error report is."""
    return places.error_reports / la_code / FILE


def write_error_reports(places: WarehousePaths) -> int:
    """Write every authority's report anew from the warehouse. Returns how many lines they have in all.

    Each is put in place by a rename; nothing is written to the warehouse.
    """
    places.error_reports.mkdir(mode=0o700, exist_ok=True)
    with duckdb.connect() as db:
        db.execute(f"attach '{places.warehouse}' as warehouse (read_only)")
        db.execute("use warehouse")
        own = {file: name for file, name in names_of_files(places).items() if file != name}
        names = {"file": list(own), "own_name": list(own.values())}
        db.register("own_names", pa.table(names, schema=OWN_NAMES))
        db.register("headers", _headers(db, places, own))
        db.register("moved", _moved(db, places))
        db.execute(SAFE)
        db.execute(f"create temp table report as {REPORT}")
        for (la_code,) in db.sql("select distinct la_code from ledger.vintages order by 1").fetchall():
            _write(db, la_code, error_report(places, la_code))
        return int((db.sql("select count(*) from report").fetchone() or (0,))[0])


def _write(db: duckdb.DuckDBPyConnection, la_code: str, path: Path) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    rows = f"select * exclude (la_code) from report where la_code = '{la_code}'"
    with new_file(path, mode=0o600) as aside:
        db.execute(f"copy ({rows}) to '{aside}' (header)")


def _headers(db: duckdb.DuckDBPyConnection, places: WarehousePaths, own: Mapping[str, str]) -> pa.Table:
    """Under which letter and name the sender has each field of a CSV that is judged."""
    judged = db.sql(
        """
        select distinct receipts.content_id, receipts.return_name, receipts.file
        from ledger.receipts as receipts
        inner join intermediate.int_quality__sources using (content_id)
        where receipts.source_format = 'ssd' and receipts.finding_count > 0 or content_id in (
            select place.content_id
            from (select unnest(failing) as place from intermediate.int_quality__outcomes)
        )
        """
    ).fetchall()
    rows = [
        {
            "content_id": content_id,
            "field_name": name,
            "letter": _letter(position),
            "sender_name": received[position],
        }
        for content_id, return_name, file in judged
        if (received := header_row(places.raw / own.get(file, file), submitted_formats()[return_name]))
        for name, position in submitted_formats()[return_name].match_headers(received).columns.items()
    ]
    return pa.Table.from_pylist(rows, HEADERS)


def _letter(position: int) -> str:
    """A column as a spreadsheet names it: 0 is A, 26 is AA."""
    letters = ""
    while position >= 0:
        position, rest = divmod(position, 26)
        letters = string.ascii_uppercase[rest] + letters
        position -= 1
    return letters


def _moved(db: duckdb.DuckDBPyConnection, places: WarehousePaths) -> pa.Table:
    """Where rows opened from another format stand in what was sent."""
    parts = [MOVED.empty_table()]
    for content_id, opened in _opened_with_faults(db, places):
        try:
            data, _ = read_bytes(opened.path)
        except RejectedFileError:  # opened anew since: its rows go without a place
            continue
        table = read_table(data, opened.path.suffix).split_places()
        if table.places is not None:
            columns = [
                pa.repeat(pa.scalar(content_id, pa.int64()), table.places.num_rows),
                table.row_numbers,
                table.places.column("origin"),
                table.places.column("row_number").cast(pa.int64()),
            ]
            parts.append(pa.Table.from_arrays(columns, schema=MOVED))
    return pa.concat_tables(parts)


def _opened_with_faults(
    db: duckdb.DuckDBPyConnection, places: WarehousePaths
) -> Iterator[tuple[int, RawFile]]:
    faulty = db.sql(
        """
        select distinct
            content_id, return_name, reporting_month, la_code, file
        from ledger.receipts
        where source_format <> 'ssd' and content_id in (
            select place.content_id
            from (select unnest(failing) as place from intermediate.int_quality__outcomes)
        )
        """
    ).fetchall()
    for content_id, return_name, month, la_code, file in faulty:
        for one in returns_of(places.opened, return_name, month):
            if (one.la_code, one.file) == (la_code, file):
                yield content_id, one
