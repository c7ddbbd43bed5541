"""The benchmark models built over a reference folder, as a refresh builds them, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ingest.paths import DBT_PROJECT
from ingest.reference import load_reference

MODELS = ("fct_benchmarks", "dim_benchmark", "dim_benchmark_coverage", "dim_neighbour_model")


def build(reference: Path, folder: Path, councils: Iterable[str]) -> Path:
    """A warehouse in which these councils have opened a folder. Raises where a dbt test fails."""
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as db:
        db.execute("create schema reference")
        db.execute("create schema ledger")
        db.execute(
            "create table ledger.folders as select '2025-03' as reporting_month, unnest($codes) as la_code",
            {"codes": list(councils)},
        )
        load_reference(db, reference, folder / "cache")
    ended = subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "build", "--quiet", "--exclude", "tag:contract"),
            *("--exclude-resource-type", "unit_test"),
            *("--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--select", *(f"+{model}" for model in MODELS)),
        ],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"LINE_OF_SIGHT_WAREHOUSE": str(warehouse)},
    )
    if ended.returncode:
        raise RuntimeError(ended.stdout[-2000:])
    return warehouse
