"""What the outcome of a refresh says of the reference folder: how much was found, and the first in words."""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from ingest.reference.own_files import declared_files

SENTENCES = 5


@dataclass(frozen=True)
class ReferenceOutcome:
    """What was found wrong in the reference folder; notes of how a cell was read are no part of it."""

    files: int  # with anything wrong
    findings: int
    by_kind: Mapping[str, int]  # the most frequent first
    sentences: tuple[str, ...]  # of our own files first, in the order of their rows


def reference_outcome(db: duckdb.DuckDBPyConnection, sentences: int = SENTENCES) -> ReferenceOutcome:
    """Count what a warehouse that was laid out holds in `reference.findings`, and say the first of it.

    No sentence quotes a value.
    """
    faults = "from reference.findings where not ends_with(finding, '_noted')"
    by_kind = dict(db.sql(f"select finding, count(*) {faults} group by all order by 2 desc, 1").fetchall())
    files = db.sql(f"select count(distinct file) {faults}").fetchone() or (0,)
    first = db.execute(
        f"""
        select
            place || coalesce(', row ' || row_number, '') || coalesce(', column ' || column_name, '')
            || coalesce(', authority ' || la_code, '') || ': ' || reason || '; ' || next_move
        {faults}
        order by
            list_contains($own, file) desc, finding = 'misnamed_file' desc,
            file, row_number, column_name, finding, la_code
        limit $most
        """,
        {"own": list(declared_files()), "most": sentences},
    ).fetchall()
    return ReferenceOutcome(files[0], sum(by_kind.values()), by_kind, tuple(said for (said,) in first))
