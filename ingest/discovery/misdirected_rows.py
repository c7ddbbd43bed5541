"""Rows that name another authority than the one whose folder they lie in."""

import csv
import re
from collections.abc import Sequence
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from ingest.discovery.file_reader import RawTable
from ingest.paths import DBT_PROJECT

# What systems call the column; no return of ours has one, so that it is otherwise an unknown column.
HEADER = re.compile(r"(old_|new_)?(la|lea|authority|local_authority)(_(code|number|name))?|ons_code")


def rows_of_others(table: RawTable, unknown: Sequence[int], la_code: str) -> int:
    """How many rows name a known authority other than `la_code`, by DfE code, ONS code or name.

    They are looked for in the `unknown` columns, those at these positions.
    """
    counted = 0
    others = pa.array(sorted(_names() - _names_of(la_code)), pa.string())
    for position in unknown:
        if HEADER.fullmatch(table.headers[position].strip().lower().replace(" ", "_")):
            said = pc.utf8_lower(pc.utf8_trim_whitespace(table.cells.column(str(position))))
            counted += pc.sum(pc.is_in(said, others)).as_py() or 0
    return counted


def said_authorities(table: RawTable, unknown: Sequence[int]) -> set[str]:
    """The codes of the known authorities that rows say they are of, in the columns at these positions."""
    codes = known_authorities()
    said: set[str] = set()
    for position in unknown:
        if HEADER.fullmatch(table.headers[position].strip().lower().replace(" ", "_")):
            cells = pc.unique(pc.utf8_lower(pc.utf8_trim_whitespace(table.cells.column(str(position)))))
            said |= {codes[cell] for cell in cells.to_pylist() if cell in codes}
    return said


@cache
def known_authorities() -> dict[str, str]:
    """The code of each authority by every spelling of it, in lower case."""
    return {name: row["la_code"] for row in _authorities() for name in _spelled(row)}


@cache
def _authorities() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "authorities.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _names_of(la_code: str) -> frozenset[str]:
    return frozenset(name for row in _authorities() if row["la_code"] == la_code for name in _spelled(row))


@cache
def _names() -> frozenset[str]:
    return frozenset(name for row in _authorities() for name in _spelled(row))


def _spelled(row: dict[str, str]) -> set[str]:
    return {row[name].lower() for name in ("la_code", "new_la_code", "la_name")} - {""}
