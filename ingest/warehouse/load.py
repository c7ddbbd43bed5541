"""Lay out for dbt what it may read: landed returns, the views to answer, the calendar, reference files."""

from pathlib import Path

import duckdb
import pyarrow as pa

from ingest.adapters.convert import finding_files
from ingest.contracts.cell_types import SQL_TYPES
from ingest.contracts.findings import SCHEMA as FINDINGS
from ingest.contracts.reporting_policy import Policies
from ingest.contracts.return_schema import ReturnFormat, submitted_formats
from ingest.contracts.working_days import calendar
from ingest.discovery.raw_folder import RawFolder
from ingest.ledger import Ledger
from ingest.paths import WarehousePaths
from ingest.warehouse.earlier_returns import load_cells, load_earlier
from ingest.warehouse.months import work_out_states
from ingest.warehouse.previous_release import FIGURES
from ingest.warehouse.reused_ids import find_reused_ids
from ingest.warehouse.source_selection import decide

VINTAGES_SQL = (Path(__file__).parent / "vintages.sql").read_text(encoding="utf-8")
LANDED_COLUMNS = {
    "content_id": "bigint",
    "la_code": "varchar",
    "reporting_month": "varchar",
    "row_number": "bigint",
}
TIE_ORDER = {"tie_order": "bigint"}  # landed where the format declares ties
# what the choice of submissions adds to each row: who reads it, and as what
CHOSEN_COLUMNS = {
    "vintage_id": "integer",
    "source_month": "varchar",
    "source_format": "varchar",
    "as_at_date": "date",
}
NO_POLICIES = Policies()
# what quality rules compare with the month before, child by child
COMPARED_WITH_BEFORE = ("persons", "cla_episodes")


def load_sources(
    db: duckdb.DuckDBPyConnection,
    places: WarehousePaths,
    ledger: Ledger,
    found: RawFolder,
    newest: str,
    policies: Policies = NO_POLICIES,
) -> None:
    """Fill `returns` and `ledger` of an empty warehouse for a refresh that reports the month `newest`."""
    for schema in ("returns", "ledger", "reference"):
        db.execute(f"create schema if not exists {schema}")
    work_out_states(db, ledger, policies, newest)
    for name in ("repeats", "kept_closings"):
        db.register(name, ledger.table(name))
    formats = submitted_formats()
    db.register(
        "return_formats",
        pa.table(
            {
                "return_name": list(formats),
                "history": [f.history for f in formats.values()],
                "event_date": pa.array([f.event_date for f in formats.values()], pa.string()),
                "child_field": pa.array([f.child_field for f in formats.values()], pa.string()),
            }
        ),
    )
    decide(db, newest)
    for statement in db.extract_statements(VINTAGES_SQL):
        db.execute(statement, {"newest": newest} if statement.named_parameters else None)
    db.execute("create table ledger.return_formats as from return_formats")
    db.execute(
        """
        create table ledger.receipts as
        select
            receipts.* exclude (received_at, landed), coalesce(repeat_count, 0) as repeat_count,
            coalesce(accepted.is_newest, false) as is_current
        from receipts
        left join accepted using (receipt_id)
        left join (
            select return_name, reporting_month, la_code, source_format, version, count(*) as repeat_count
            from repeats group by all
        ) as repeated
            on receipts.return_name = repeated.return_name
            and receipts.reporting_month = repeated.reporting_month
            and receipts.la_code = repeated.la_code
            and receipts.source_format = repeated.source_format
            and receipts.version = repeated.version
        """
    )
    db.execute("create table ledger.folders as from folders")
    db.execute("create table ledger.month_states as from month_states")
    db.execute("create table ledger.required_returns as from required_returns")
    db.execute(f"create table ledger.reporting as select '{newest}' as view_month")
    db.register("days", calendar())
    db.execute("create table ledger.calendar as from days")
    for fmt in formats.values():
        _lay_out_return(db, fmt, places.landing)
    _lay_out_findings(db, places, found)
    for name in COMPARED_WITH_BEFORE:
        _lay_out_month_before(db, formats[name], places.landing)
    load_earlier(db, formats, places.landing)
    load_cells(db, formats, places.landing)
    find_reused_ids(db, places.landing)
    _lay_out_closed(db, places.first_published)
    db.register("overrides", ledger.table("overrides"))
    db.execute(  # the newest word on each stands, for as long as it was given
        """
        create table ledger.overrides as
        select ground, la_code, return_name, reason, by_name, until_month
        from overrides
        qualify row_number() over (partition by ground, la_code, return_name order by override_id desc) = 1
        """
    )


def _lay_out_return(db: duckdb.DuckDBPyConnection, fmt: ReturnFormat, landing: Path) -> None:
    """A return's rows once for each vintage that reads them: here alone rows meet the choice of submissions.

    Only the landed files that some vintage needs are opened; empty, but typed, where none has landed.
    """
    rows = db.execute(
        "select distinct landed from ledger.sources where return_name = ? order by 1", [fmt.name]
    ).fetchall()
    files = [str(landing / landed) for (landed,) in rows]
    chosen = ", ".join(f"chosen.{name}" for name in CHOSEN_COLUMNS)
    db.execute(
        f"""
        create view returns.{fmt.name} as
        select {chosen}, landed.*
        from ({_landed_sql(fmt, files)}) as landed
        inner join ledger.sources as chosen
            on landed.content_id = chosen.content_id and chosen.return_name = '{fmt.name}'
        """
    )


def _landed_sql(fmt: ReturnFormat, files: list[str]) -> str:
    fields = {f.name: "uuid" if f.identifies else SQL_TYPES[f.type] for f in fmt.fields}
    typed = LANDED_COLUMNS | fields | (TIE_ORDER if fmt.ties else {})
    if files:
        columns = ", ".join(f'"{name}"' for name in typed)
        return f"select {columns} from read_parquet({files})"
    return "select " + ", ".join(f'null::{t} as "{name}"' for name, t in typed.items()) + " where false"


def _lay_out_month_before(db: duckdb.DuckDBPyConnection, fmt: ReturnFormat, landing: Path) -> None:
    """What each authority sent of one return for the month before the one reported."""
    rows = db.execute(
        """
        select content_id, landed from accepted
        where is_newest and return_name = $name
            and source_month = (
                select strftime((view_month || '-01')::date - interval 1 month, '%Y-%m') from ledger.reporting
            )
        """,
        {"name": fmt.name},
    ).fetchall()
    files = sorted({str(landing / landed) for _, landed in rows})
    contents = ", ".join(str(content_id) for content_id, _ in rows) or "null"
    db.execute(
        f"create view ledger.{fmt.name}_before as "
        f"select * from ({_landed_sql(fmt, files)}) where content_id in ({contents})"
    )


def _lay_out_findings(db: duckdb.DuckDBPyConnection, places: WarehousePaths, found: RawFolder) -> None:
    """Findings of landed files and of the raw folder itself."""
    shown = ", ".join(FINDINGS.names)
    landed_files = sorted(places.landing.glob("*/*/*.findings.parquet"))
    files = [str(path) for path in [*landed_files, *finding_files(places.opened)]]
    oddities = pa.Table.from_pylist(
        [
            {
                "reporting_month": o.reporting_month,
                "la_code": o.la_code,
                "file": o.file,
                "finding": o.finding.finding,
                "reason": o.finding.reason,
                "next_move": o.finding.next_move,
            }
            for o in found.oddities
        ],
        FINDINGS,
    )
    db.register("oddities", oddities)
    db.execute(f"create table ledger.findings as select {shown} from oddities")
    if files:
        # not of what was landed before a month came late: it stands no more, and no receipt knows it
        stands = "content_id is null or content_id in (select content_id from receipts)"
        db.execute(
            f"""
            insert into ledger.findings by name
            select * from read_parquet({files}, union_by_name = true) where {stands}
            """
        )


def _lay_out_closed(db: duckdb.DuckDBPyConnection, store: Path) -> None:
    """Figures as they were closed: each closing's of its month, and those before it that it speaks for."""
    columns = ", ".join(f"{name} {type_}" for name, type_ in FIGURES.items() if name != "snapshot_month")
    db.execute(f"create table ledger.closed_figures (event_id bigint, {columns})")
    files = db.sql(
        "select distinct file from kept_closings where event_id in (select event_id from closings) order by 1"
    ).fetchall()
    if files:
        paths = [str(store / file) for (file,) in files]
        db.execute(
            f"""
            insert into ledger.closed_figures by name
            with speaking as (  -- of kept histories, each month is read from the newest closing that stands
                select event_id, closings.la_code, closings.view_month, kept.file, kept.part
                from kept_closings as kept inner join closings using (event_id)
                where kept.part = 'month' or (is_standing and not exists (
                    from closings as later
                    inner join kept_closings as other on later.event_id = other.event_id
                    where other.part = 'history' and later.is_standing and later.event_id > closings.event_id
                        and later.la_code = closings.la_code and later.view_month >= closings.view_month
                ))
            )
            select speaking.event_id, figures.* exclude (event_id, filename)
            from (
                from read_parquet({paths}, filename = true, union_by_name = true)
                union all by name select null::bigint as event_id where false
            ) as figures
            inner join speaking
                on parse_filename(figures.filename) = speaking.file
                and figures.la_code = speaking.la_code
                and figures.view_month = speaking.view_month
                -- a file of before months were closed has one word on each
                and coalesce(figures.event_id, speaking.event_id) = speaking.event_id
                and (speaking.part = 'month')
                = (figures.period_end = last_day((speaking.view_month || '-01')::date))
            """
        )
