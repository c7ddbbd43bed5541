"""Run the dbt project in this process, over the warehouse that a refresh has laid out."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dbt.cli.main import dbtRunner
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import ModelNode

from ingest.contracts import settings
from ingest.paths import DBT_PROJECT, WarehousePaths
from orchestration.engine import SPARK
from orchestration.runtime import progress
from orchestration.runtime.error_messages import WordedError, trouble_in

MANIFEST = DBT_PROJECT / "target" / "manifest.json"
PARSED = MANIFEST.with_name("partial_parse.msgpack")
# they hold the models' SQL over cases of their own and say nothing of what has arrived
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")
# what the marts promise by their code, whatever the month brings: tested with the code, not in every refresh
CONTRACT_TESTS = "tag:contract"


class BuildError(WordedError):
    """A model could not be built. Names models; never quotes the warehouse's words, which may quote a row."""


@dataclass(frozen=True)
class Node:
    """How one dbt node ended: success, pass, fail, error or skipped."""

    name: str
    kind: str
    status: str
    seconds: float
    failures: int


def manifest_path() -> Path:
    """The project's manifest, parsed anew where a file of the project is younger. Touches no network."""
    sources = [
        p for folder in ("models", "macros", "seeds", "tests") for p in (DBT_PROJECT / folder).rglob("*.*")
    ]
    sources += [DBT_PROJECT / "dbt_project.yml", DBT_PROJECT / "profiles.yml"]
    if not MANIFEST.exists() or max(p.stat().st_mtime for p in sources) > MANIFEST.stat().st_mtime:
        _parse()
    return MANIFEST


@cache
def nodes() -> dict[str, dict[str, Any]]:
    """Every model, seed and test of the manifest by its unique id; read once a process."""
    read: dict[str, dict[str, Any]] = json.loads(manifest_path().read_text(encoding="utf-8"))["nodes"]
    return read


def _parsed_before(engine: str | None = None) -> Manifest:
    """The parsed project as dbt keeps it: reading it back takes a hundredth of parsing again."""
    manifest_path()
    if engine != SPARK:
        return Manifest.from_msgpack(PARSED.read_bytes())
    parsed = Manifest.from_msgpack(parsed_for_spark().read_bytes())
    for one in parsed.nodes.values():
        if isinstance(one, ModelNode):
            # its types are DuckDB's: what Spark made is held to it when it is taken
            one.contract.enforced = one.config.contract.enforced = False
            one.config.materialized = _on_spark(one)
    return parsed


def _on_spark(model: ModelNode) -> str:
    """Spark takes a view for its text at each reading: of ours, one upon another, its memory ran out."""
    kind = str(model.config.materialized)
    if kind == "fresh_view":
        return "view" if model.schema == "staging" else "table"
    return "table" if kind == "fresh_table" else kind


def parsed_for_spark() -> Path:
    """The project as dbt parses it for Spark: relations are named in another way."""
    manifest = MANIFEST.parent / SPARK / MANIFEST.name
    if not manifest.exists() or manifest.stat().st_mtime < MANIFEST.stat().st_mtime:
        _parse(manifest, ["--target", SPARK])
    return manifest.with_name(PARSED.name)


def _parse(manifest: Path | None = None, options: Sequence[str] = ()) -> None:
    """Parse aside, then put what was parsed in place by renames: another process may parse or read."""
    manifest = manifest or MANIFEST
    held, target = manifest.with_name(PARSED.name), manifest.parent
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".parse-") as aside:
        if held.exists():  # what has not changed is not parsed again
            shutil.copyfile(held, Path(aside) / held.name)
        parsed = dbtRunner().invoke(["parse", *_where(Path(aside)), *options])
        if not isinstance(parsed.result, Manifest):
            said = " ".join(str(parsed.exception).split())
            raise BuildError(f"the dbt project does not parse; mend it and run this again. dbt says: {said}")
        # the manifest last: its age says that both are there
        for place in (held, manifest):
            (Path(aside) / place.name).rename(place)


def build(
    places: WarehousePaths,
    select: Sequence[str] = (),
    exclude: Sequence[str] = (),
    engine: str | None = None,
) -> list[Node]:
    """Build and test the models that dbt's selectors name, or all; without the tests tagged `contract`.

    `engine` may be spark: the models are worked out there, and the warehouse's file is given their tables.
    Returns how each node ended; raises BuildError where a model errored.
    """
    if engine == SPARK:
        return _build_on_spark(places, select, exclude)
    return _build(places, select, exclude)


def _build_on_spark(places: WarehousePaths, select: Sequence[str], exclude: Sequence[str]) -> list[Node]:
    """Sources in, tables out. Seeds are read by DuckDB, and its views laid out over what Spark made."""
    # none of it is there where the extra is not installed
    from orchestration.engine import exchange, spark
    from orchestration.engine.models import translated

    def narrowed(to: str) -> list[str]:
        return [f"{one},{to}" for one in select] or [to]

    began = spark.session(places)
    parsed, of_duckdb = _parsed_before(SPARK), _parsed_before()
    models = {one.name: one for one in of_duckdb.nodes.values() if isinstance(one, ModelNode)}
    # what is a view to its readers too is read of the warehouse's file, of tables of whichever engine
    views = [name for name, one in models.items() if one.config.materialized == "view"]
    seeds = _build(places, narrowed("resource_type:seed"), exclude, ("--resource-type", "seed"))
    given = [(one.schema, one.name) for one in parsed.sources.values()]
    given += [(one.schema, one.name) for one in parsed.nodes.values() if one.resource_type == "seed"]
    exchange.give(places, began, given)
    on_spark = ("--target", SPARK, "--exclude-resource-type", "seed")
    with translated(began):
        made = _build(places, select, [*exclude, *views], on_spark, parsed)
    built = [models[one.name] for one in made if one.kind == "model"]
    exchange.take(
        places,
        began,
        [(one.schema, one.name) for one in built if one.config.materialized == "fresh_table"],
        {one.name: {c.name: c.data_type for c in one.columns.values() if c.data_type} for one in built},
    )
    _build(places, narrowed("config.materialized:fresh_view"), exclude, ("--resource-type", "model"))
    laid_out = _build(
        places, narrowed("config.materialized:view"), exclude, ("--exclude-resource-type", "seed")
    )
    return seeds + made + laid_out


def _build(
    places: WarehousePaths,
    select: Sequence[str],
    exclude: Sequence[str],
    options: Sequence[str] = (),
    parsed: Manifest | None = None,
) -> list[Node]:
    os.environ["LINE_OF_SIGHT_WAREHOUSE"] = str(places.warehouse)

    chosen = [*(["--select", *select] if select else []), "--exclude", CONTRACT_TESTS, *exclude]
    runner = dbtRunner(manifest=parsed or _parsed_before(), callbacks=[_tell_progress])
    try:
        ended = runner.invoke(
            [
                "build",
                *_where(places.restricted / "dbt"),
                "--no-write-json",
                *NO_UNIT_TESTS,
                *_lengths(),
                *options,
                *chosen,
            ]
        )
    finally:
        _let_go()
    results = getattr(ended.result, "results", None)
    if results is None:
        raise BuildError("dbt could not start; run `dbt debug` in dbt_project to see why")
    nodes = [
        Node(r.node.name, str(r.node.resource_type), str(r.status), r.execution_time, int(r.failures or 0))
        for r in results
    ]
    broken = [n.name for n in nodes if n.kind != "test" and n.status == "error"]
    for trouble in (trouble_in(str(r.message), places) for r in results if str(r.status) == "error"):
        if trouble:
            raise BuildError(trouble)
    if broken:
        raise BuildError(
            f"{len(broken)} models could not be built, the first of them {broken[0]}; "
            f"build it alone with `dbt build --select {broken[0]}` to see why"
        )
    return nodes


def _lengths() -> list[str]:
    """The lengths of comparisons and signals that the settings have in place of the project's own."""
    said = settings.current().comparisons.model_dump(exclude_none=True)
    return ["--vars", json.dumps(said)] if said else []


def _tell_progress(event: Any) -> None:
    if event.info.name == "LogStartLine":
        progress.tell(f"building {event.data.description} ({event.data.index} of {event.data.total})")


def _where(target: Path) -> list[str]:
    # no log file: DuckDB's errors quote the row they stumbled on
    project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    return [
        *project,
        "--target-path",
        str(target),
        "--log-level",
        "none",
        "--log-level-file",
        "none",
        "--quiet",
    ]


def _let_go() -> None:
    """dbt-duckdb keeps the file open after the run; the release needs it to itself."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()
