"""The release that readers see while the next is made: what changes is listed against it, with its cause.

An authority that is withheld keeps its figures of this release.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingest.paths import DBT_PROJECT, WarehousePaths

CODE_LISTS = DBT_PROJECT / "seeds" / "code_lists.csv"
FIGURES = {
    "la_code": "varchar",
    "indicator_id": "varchar",
    "period_basis": "varchar",
    "period_end": "date",
    "breakdown_type": "varchar",
    "breakdown_value": "varchar",
    "numerator": "double",
    "denominator": "double",
    "value": "double",
    "value_status": "varchar",
    "snapshot_month": "varchar",
    "view_month": "varchar",
}
SUBMISSIONS = {
    "la_code": "varchar",
    "reporting_month": "varchar",
    "return_name": "varchar",
    "version": "integer",
    "source_format": "varchar",
    "is_current": "boolean",
    "sha256": "varchar",
}
GROUNDS = ("definitions_sha256", "code_lists_sha256", "reference_sha256")


def grounds(reference: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What figures stand on beside the returns, as SHA-256: definitions, code lists, reference files."""
    files = sorted([*(DBT_PROJECT / "seeds").glob("*.csv"), *(DBT_PROJECT / "models").rglob("*.sql")])
    return {
        "definitions_sha256": _digest(p.read_bytes() for p in files if p != CODE_LISTS),
        "code_lists_sha256": _digest([CODE_LISTS.read_bytes()]),
        "reference_sha256": _digest(f"{file}|{sha256}\n".encode() for file, sha256 in sorted(reference)),
    }


def load_previous(db: duckdb.DuckDBPyConnection, places: WarehousePaths) -> None:
    """Fill `ledger.previous_*` from the current release, and say which grounds have not moved since."""
    reference = db.sql("select file, sha256 from reference.files").fetchall()
    now = grounds(reference)
    before = _manifest(places.current)
    row = {
        "release": before.get("release"),
        "view_month": before.get("view_month"),
        **{f"is_same_{name}": before.get(name) == now[name] for name in GROUNDS},
    }
    schema = pa.schema(
        [("release", pa.int32()), ("view_month", pa.string())]
        + [(f"is_same_{name}", pa.bool_()) for name in GROUNDS]
    )
    db.register("previous_release", pa.Table.from_pylist([row] if before else [], schema))
    db.execute("create table ledger.previous_release as from previous_release")
    held = places.current.resolve() / "parquet"
    for name, mart, typed in (
        ("previous_values", "fct_indicator_values", FIGURES),
        ("previous_submissions", "fct_submissions", SUBMISSIONS),
    ):
        path = held / f"{mart}.parquet"
        if before and path.exists():
            body = f"select {', '.join(typed)} from read_parquet('{path}')"
        else:
            body = "select " + ", ".join(f"null::{t} as {n}" for n, t in typed.items()) + " where false"
        db.execute(f"create view ledger.{name} as {body}")


def _manifest(current: Path) -> Mapping[str, Any]:
    path = current / "manifest.json"
    said: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return said


def _digest(parts: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()
