"""dbt's sources of the returns, as their contracts declare them.

    python -m tests.support.sources_declared     writes staging/returns/_returns__sources.yml anew

Ingestion has not heard of dbt, so this stands beside the other things that are made from the project's facts.
"""

import json
from collections.abc import Iterator

from ingest.contracts.cell_types import SQL_TYPES
from ingest.contracts.return_schema import ReturnFormat, submitted_formats
from ingest.paths import DBT_PROJECT
from ingest.warehouse.load import CHOSEN_COLUMNS, LANDED_COLUMNS, TIE_ORDER

SOURCES = DBT_PROJECT / "models" / "staging" / "returns" / "_returns__sources.yml"
# what landing and the choice of submissions add to the fields of a contract
ABOUT = {
    "vintage_id": "{{ doc('vintage_id') }}",
    "source_month": "Month that the vintage reads it for, YYYY-MM.",
    "source_format": "The form that it came in.",
    "as_at_date": "{{ doc('as_at_date') }}",
    "content_id": "{{ doc('content_id') }}",
    "la_code": "{{ doc('la_code') }}",
    "reporting_month": "Month of the snapshot, YYYY-MM.",
    "row_number": "{{ doc('file_row') }}",
}
ORDER = "Pseudonyms have an order of their own."
HEAD = """# Made from ingest/contracts/returns by `make lineage`; change the contract, not this file.
sources:
  - name: returns
    description: Returns as landed, typed cell by cell; a row stands once a vintage that reads it.
    schema: returns
    tables:
"""


def returns_sources() -> str:
    """The file as it should be: a table for each return that is sent, in the order of the contracts."""
    return HEAD + "".join(line for fmt in submitted_formats().values() for line in _table(fmt))


def _table(fmt: ReturnFormat) -> Iterator[str]:
    yield f"      - name: {fmt.name}\n"
    yield f"        description: {json.dumps(fmt.about, ensure_ascii=False)}\n"
    yield "        columns:\n"
    for name, type_, about in _columns(fmt):
        said = json.dumps(about, ensure_ascii=False)
        typed = f'"{type_}"' if "," in type_ else type_
        yield f"          - {{name: {name}, data_type: {typed}, description: {said}}}\n"


def _columns(fmt: ReturnFormat) -> Iterator[tuple[str, str, str]]:
    yield from ((name, type_, ABOUT[name]) for name, type_ in (CHOSEN_COLUMNS | LANDED_COLUMNS).items())
    for field in fmt.fields:
        yield field.name, "uuid" if field.identifies else SQL_TYPES[field.type], field.about
    if fmt.ties:
        for name, type_ in TIE_ORDER.items():
            tied = ", ".join(fmt.ties)
            yield name, type_, f"Place by its id among records that tie ({tied}). {ORDER}"


if __name__ == "__main__":
    SOURCES.write_text(returns_sources(), encoding="utf-8")
