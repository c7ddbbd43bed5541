"""Print the children behind a figure, and its parts by what they are."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import duckdb
import pyarrow.compute as pc

from ingest.paths import WarehousePaths
from ingest.privacy.key_file import InvalidKeyError
from orchestration.cli.console import BUSY, err, out, print_table, refused
from orchestration.cli.options import allow_own_ids
from publication.children import children_behind, parts_of
from publication.formatting import format_code, format_number
from publication.queries import NotFoundError
from publication.spreadsheets import csv_of

SHOWN = 100  # rows on a terminal
SHOWN_COLUMNS = (
    "counts in", "why", "numerator", "denominator", "days", "child", "date", "of", "return", "file", "row",
)  # fmt: skip


def tell_children(
    places: WarehousePaths,
    indicator: str,
    authority: str,
    month: str,
    basis: str | None,
    own_ids: bool,
    key: Path | None,
    form: str,
) -> None:
    """Print who is behind a figure, as csv, json or table; ends with 75 while a refresh is running."""

    with refused(NotFoundError, InvalidKeyError, NotADirectoryError), _while_nobody_writes():
        allow_own_ids(own_ids)
        behind = children_behind(places, indicator, authority, month, basis, own_ids, key)
    if form == "csv":
        sys.stdout.buffer.write(behind.csv())
        return
    figure, (numerator, denominator) = behind.figure, behind.sums
    if form == "json":
        said = {
            "indicator_id": indicator, "title": behind.about["title"], "la_code": authority, "month": month,
            "period_basis": behind.basis, "rule": behind.about["rule"], "said": behind.said,
            "figure": {name: figure[name] for name in ("value", "numerator", "denominator", "value_status")},
            "sums": {"numerator": numerator, "denominator": denominator}, "rows": behind.rows.to_pylist(),
        }  # fmt: skip
        click.echo(json.dumps(said, indent=1, default=str))
        return
    unit = behind.about["unit"]
    out.print(
        f"[bold]{behind.about['title']}[/bold] ({indicator}), {authority}, {month}, "
        f"{format_code(behind.basis)}: {format_number(figure['value'], unit)}, "
        f"{format_number(figure['numerator'], 'count')} of "
        f"{format_number(figure['denominator'], 'count')}, {format_code(figure['value_status'])}"
    )
    out.print("Children's records. For those who may see them, never to be published or sent on.")
    out.print(f"Counted: {behind.about['rule']['counted']}", markup=False)
    if "out_of" in behind.about["rule"]:
        out.print(f"Out of:  {behind.about['rule']['out_of']}", markup=False)
    out.print(behind.said)
    counts = pc.value_counts(behind.rows.column("counts_in")).to_pylist()
    out.print(", ".join(f"{one['counts']:,} {one['values']}" for one in counts) or "No row is behind it.")
    shown = behind.rows.slice(0, SHOWN).to_pylist()
    print_table(
        SHOWN_COLUMNS,
        [
            [format_number(cell, "count") if isinstance(cell, float) else cell for cell in row.values()]
            for row in shown
        ],
    )
    if behind.rows.num_rows > SHOWN:
        out.print(f"The first {SHOWN} of {behind.rows.num_rows:,} rows; --csv or --json gives every one.")


def tell_parts(
    places: WarehousePaths, indicator: str, authority: str, month: str, basis: str | None, by: str, form: str
) -> None:
    """Print a figure's parts, as csv, json or table; ends with 75 while a refresh is running."""
    with refused(NotFoundError), _while_nobody_writes():
        parts = parts_of(places, indicator, authority, month, basis, by)
    if form == "csv":
        sys.stdout.buffer.write(csv_of(parts.rows))
        return
    if form == "json":
        said = {
            "indicator_id": indicator, "title": parts.about["title"], "la_code": authority, "month": month,
            "period_basis": parts.basis, "by": by, "parts": parts.rows.to_pylist(),
        }  # fmt: skip
        click.echo(json.dumps(said, indent=1, default=str))
        return
    unit = parts.about["unit"]
    out.print(
        f"[bold]{parts.about['title']}[/bold] ({indicator}), {authority}, {month}, "
        f"{format_code(parts.basis)}, by {format_code(by)}: "
        f"{format_number(parts.figure['value'], unit)} in all"
    )
    out.print("Small numbers of children. For those who may see them, never to be published or sent on.")
    print_table(
        [format_code(by), "value", "numerator", "denominator", "status"],
        [
            [
                part["title"],
                format_number(part["value"], unit),
                format_number(part["numerator"], "count"),
                format_number(part["denominator"], "count"),
                format_code(part["value_status"]),
            ]
            for part in parts.rows.to_pylist()
        ],
    )


@contextmanager
def _while_nobody_writes() -> Iterator[None]:
    try:
        yield
    except duckdb.IOException:
        err.print("a refresh is writing the warehouse; try again when it has ended")
        sys.exit(BUSY)
