"""What a published file gives back, and how a printed cell is read."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts.cell_types import BLANKS
from ingest.contracts.findings import Finding, rejected_file
from ingest.discovery.file_reader import RawTable, RejectedFileError

# One row for a printed cell. `value` is the number printed; of a time in years and months, the months.
FIGURES = pa.schema(
    [
        ("table_id", pa.string()),
        ("release_year", pa.int32()),
        ("row_number", pa.int64()),
        ("time_period", pa.string()),
        ("period_year", pa.int32()),  # the year named, or in which the period ends
        ("time_identifier", pa.string()),
        ("geographic_level", pa.string()),
        ("area_code", pa.string()),
        ("new_la_code", pa.string()),
        ("filters", pa.string()),
        ("column_name", pa.string()),
        ("cell", pa.string()),
        ("value", pa.float64()),
        ("status", pa.string()),
    ]
)
NEIGHBOURS = pa.schema(
    [
        ("model_year", pa.int32()),
        ("la_code", pa.string()),
        ("neighbour_rank", pa.int32()),
        ("neighbour_la_code", pa.string()),
    ]
)
MEASURES = pa.schema(
    [(name, pa.string()) for name in ("column_name", "topic", "title", "polarity", "year_type", "places")]
)
KINDS = {"figures": FIGURES, "neighbours": NEIGHBOURS, "measures": MEASURES, "nothing": pa.schema([])}

NUMBER = r"[+-]?([0-9]+|[0-9]{1,3}(,[0-9]{3})+)(\.[0-9]+)?"
YEARS_AND_MONTHS = "[0-9]{2}:[0-9]{2}"  # adoption timeliness: 00:10 is ten months, not ten past midnight

# GSS symbols as explore-education-statistics prints them. A colon is of its first years.
SYMBOLS = {
    "c": "suppressed",
    "x": "not_available",
    ":": "not_available",
    "..": "not_available",
    "z": "not_applicable",
    ".": "not_applicable",
    "u": "low_reliability",
    "k": "rounds_to_zero",
    "low": "rounds_to_zero",
    "~": "rounds_to_zero",
    "": "empty",
}
# Statistical first releases print x for what explore-education-statistics prints c (SFR34/2015, metadata).
FIRST_RELEASE_SYMBOLS = SYMBOLS | {"x": "suppressed"}
# LAIT prints a dash for every symbol of its sources: which of them it was cannot be told.
LAIT_SYMBOLS = {"-": "not_given", "..": "not_available", "": "empty"}


class NotRecognisedError(Exception):
    """The file can be read but is nothing known here. The message says why and never quotes the file."""


def not_taken(rejected: RejectedFileError) -> Finding:
    """A file that cannot be read at all."""
    said = rejected_file(str(rejected))
    return Finding(said.finding, said.reason, "mend the file or fetch it again")


@dataclass(frozen=True)
class Parsed:
    """One published file as read. `rows` has the schema of its kind; None where nothing was taken."""

    outcome: str  # read, not_recognised, document or rejected
    kind: str = "nothing"
    rows: pa.Table | None = None
    table_id: str | None = None
    release_year: int | None = None
    row_count: int = 0  # rows of the file
    content_digest: str | None = None  # tells tables apart by what was parsed, whatever the bytes
    statuses: Mapping[str, int] = field(default_factory=dict)  # cells by status
    has_repeats: bool = False  # two rows of the file say what they are of in the same words
    findings: tuple[Finding, ...] = ()


def content_digest(raw: RawTable, headers: Sequence[str]) -> str:
    """The same for the same table saved with other line ends or a byte order mark."""
    joined = pc.binary_join_element_wise(*(c for c in raw.cells.columns), "\x1f")
    content = "\x1e".join(["\x1f".join(headers), *joined.to_pylist()])
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def read_cells(
    db: duckdb.DuckDBPyConnection, columns: Sequence[int], symbols: Mapping[str, str] = SYMBOLS
) -> None:
    """From the view `cells`, the table `read_cells`: each cell of these columns, as number or symbol."""
    known = pa.table({"symbol": list(symbols), "meaning": list(symbols.values())})
    trimmed_columns = ", ".join(f"{trimmed(i)} as {quoted(i)}" for i in columns)
    with registered(db, "symbols", known):
        db.execute(
            f"""
            create or replace temp table read_cells as
            select
                row_number, position, cell, coalesce(number, months) as value,
                case
                    when number is not null then 'number'
                    when months is not null then 'years_and_months'
                    else coalesce(meaning, 'unreadable')
                end as status
            from (
                select
                    *,
                    case when regexp_full_match(cell, '{NUMBER}')
                        then try_cast(replace(cell, ',', '') as double)
                    end as number,
                    case when regexp_full_match(cell, '{YEARS_AND_MONTHS}')
                        then left(cell, 2)::integer * 12 + right(cell, 2)::integer
                    end as months
                from (
                    unpivot (select row_number, {trimmed_columns} from cells)
                    on {", ".join(quoted(i) for i in columns)} into name position value cell
                )
            )
            left join symbols on symbol = lower(cell)
            """
        )


def unread_findings(rows: pa.Table) -> list[Finding]:
    """A finding for each cell that is neither a number nor a known symbol."""
    unread = rows.filter(pc.equal(rows.column("status"), "unreadable"))
    unread = unread.sort_by([("row_number", "ascending"), ("column_name", "ascending")])
    return [
        Finding(
            "unreadable_cell",
            "neither a number nor a known symbol",
            "look the symbol up in the notes of the release; if legitimate, add it to the symbols of "
            "ingest/reference/parsed.py",
            row_number=row,
            column_name=column,
        )
        for row, column in zip(
            unread.column("row_number").to_pylist(), unread.column("column_name").to_pylist(), strict=True
        )
    ]


def count_statuses(rows: pa.Table) -> dict[str, int]:
    counted = rows.group_by("status").aggregate([("status", "count")])
    pairs = zip(counted.column("status").to_pylist(), counted.column("status_count").to_pylist(), strict=True)
    return dict(sorted(pairs))


def parsed_figures(
    raw: RawTable,
    headers: Sequence[str],
    rows: pa.Table,
    table_id: str,
    release_year: int | None,
    findings: Sequence[Finding] = (),
    has_repeats: bool = False,
) -> Parsed:
    """A table of figures as read, with what was found on the way and of its cells."""
    return Parsed(
        outcome="read",
        kind="figures",
        rows=rows,
        table_id=table_id,
        release_year=release_year,
        row_count=raw.cells.num_rows,
        content_digest=content_digest(raw, headers),
        statuses=count_statuses(rows),
        has_repeats=has_repeats,
        findings=(*raw.findings, *findings, *unread_findings(rows)),
    )


class registered:
    """An Arrow table that the database can see for as long as the block lasts."""

    def __init__(self, db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
        self._db, self._name, self._table = db, name, table

    def __enter__(self) -> None:
        self._db.register(self._name, self._table)

    def __exit__(self, *_: object) -> None:
        self._db.unregister(self._name)


def quoted(position: int) -> str:
    return f'"{position}"'


def trimmed(position: int) -> str:
    return f"trim({quoted(position)}, {BLANKS})"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
