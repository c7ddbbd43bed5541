"""What a release says of itself: what went in, what was judged, and the digest of every file."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from expectations.verdict import GateDecision
from ingest import __version__
from ingest.files import sha256_of
from ingest.paths import DBT_PROJECT
from ingest.warehouse.previous_release import grounds
from publication.release.pointer import MANIFEST
from publication.select import rows_of

if TYPE_CHECKING:
    from publication.public_pack import write as public_pack


INPUT = "reporting_month, la_code, return_name, file, version, sha256"


def write_manifest(
    db: duckdb.DuckDBPyConnection,
    folder: Path,
    number: int,
    view_month: str,
    public_month: str | None,
    public: "public_pack.Ended",
    verdict: GateDecision,
    run_id: str,
    key_id: str | None,
) -> None:
    """Write manifest.json of a release whose other files are all there."""
    inputs = rows_of(db, "marts.fct_submissions", INPUT, is_current=True, order="all")
    reference = db.sql("select file, sha256 from reference.files order by file").fetchall()
    months = rows_of(
        db, "marts.fct_month_status", where="(closings > 0 or reporting_month = $month)",
        given={"month": view_month}, order="all",
    )  # fmt: skip
    manifest = {
        "release": number,
        "view_month": view_month,
        "public_month": public_month,  # None where there is no public pack
        "public_pack": asdict(public),  # and why, or what was left out of it
        "version": __version__,
        "commit": commit(),
        **grounds(reference),
        "build_sha256": verdict.build_sha256,
        "run_id": run_id,
        "key_id": key_id,
        "inputs": inputs,
        "reference": [{"file": file, "sha256": sha256} for file, sha256 in reference],
        "authorities": rows_of(db, "marts.fct_publication_status", order="la_code"),
        "months": months,
        "overrides": rows_of(db, "intermediate.int_gate__overrides", order="all"),
        "checks": [asdict(outcome) for outcome in verdict.outcomes],
        "files": {
            str(path.relative_to(folder)): sha256_of(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, default=str) + "\n", encoding="utf-8")


def commit() -> str:
    """The commit of the code that runs, or unknown outside a clone."""
    asked = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=DBT_PROJECT, capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or "unknown"
