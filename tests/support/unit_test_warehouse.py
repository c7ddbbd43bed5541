"""The dbt unit tests, run over a warehouse in which every table is there and only the calendar holds rows.

dbt reads from the tables which type each column of a case has; the cases themselves stand beside the models.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest

from ingest.discovery.raw_folder import RawFolder
from ingest.ledger import Ledger
from ingest.paths import DBT_PROJECT, WarehousePaths
from ingest.reference import load_reference
from ingest.warehouse.load import load_sources
from orchestration.runtime import dbt_build

NOTHING_SENT = RawFolder(files=(), folders=(), oddities=())


def build_what_unit_tests_read(places: WarehousePaths) -> list[dbt_build.Node]:
    """Make the warehouse of a folder without files, with the models that a unit test judges or is given.

    Of a model that reads nothing but what is under contract, those inputs stand empty, typed as declared.
    """
    places.prepare()
    places.warehouse.unlink(missing_ok=True)
    ledger = Ledger(places.ledger)
    try:
        with duckdb.connect(str(places.warehouse)) as db:
            load_sources(db, places, ledger, NOTHING_SENT, "2024-05")
            load_reference(db, places.reference)
    finally:
        ledger.close()
    manifest = _parsed()
    contracts = {
        model: inputs for model in tested_models() if (inputs := _contracted_inputs(manifest, model))
    }
    built = dbt_build.build(places, [f"+{model}" for model in sorted(tested_models() - contracts.keys())])
    with duckdb.connect(str(places.warehouse)) as db:
        for node in {one.unique_id: one for inputs in contracts.values() for one in inputs}.values():
            db.execute(f"create schema if not exists {node.schema}")
            columns = ", ".join(f"{name} {column.data_type}" for name, column in node.columns.items())
            db.execute(f"create table if not exists {node.schema}.{node.name} ({columns})")
    return built


def tested_models() -> set[str]:
    """The models that have a unit test."""
    return {test.model for test in _parsed().unit_tests.values()}


def _contracted_inputs(manifest: Manifest, name: str) -> list[Any]:
    """What a model reads under contract, where it reads nothing else but what has no table of its own."""
    [model] = [
        node for node in manifest.nodes.values() if node.name == name and node.resource_type == "model"
    ]
    inputs = [manifest.nodes.get(read) for read in model.depends_on.nodes]
    tables = [one for one in inputs if not one or one.config.materialized != "ephemeral"]
    return tables if all(one and one.config.contract.enforced for one in tables) else []


def run_unit_tests(
    places: WarehousePaths,
    target: Path,
    select: Iterable[str] = ("test_type:unit",),
    manifest: Manifest | None = None,
) -> dict[str, str]:
    """Each unit test with nothing where it passed, else with how its rows differ from those expected.

    `manifest` is the project as it was parsed, unless given.
    """
    os.environ["LINE_OF_SIGHT_WAREHOUSE"] = str(places.warehouse)
    asked = ["test", "--select", *select, "--exclude-resource-type", "test", "--threads", "2"]
    project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    aside = [
        "--target-path",
        str(target),
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--quiet",
        "--no-write-json",
    ]
    try:
        ended = dbtRunner(manifest=manifest or _parsed()).invoke([*asked, *project, *aside])
    finally:
        dbt_build._let_go()
    if ended.exception:
        raise ended.exception
    return {
        result.node.name: "" if str(result.status) == "pass" else str(result.message)
        for result in ended.result.results  # type: ignore[union-attr]
    }


def _parsed() -> Manifest:
    dbt_build.manifest_path()
    return Manifest.from_msgpack(dbt_build.PARSED.read_bytes())
