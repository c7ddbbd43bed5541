"""A model's own SQL over tables that a test lays out, each under the model's name that it stands for."""

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import jinja2
import yaml

from ingest.paths import DBT_PROJECT

VARS = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
WITH_MACROS = ("engine/dispatched", "engine", "wording", "judging")  # what one calls before it


class DuckDB:
    """dbt's adapter, as far as a macro asks it which engine it is written for."""

    def __init__(self, macros: Mapping[str, Any]) -> None:
        self._macros = macros

    def dispatch(self, name: str, _: str) -> Any:
        return self._macros[f"duckdb__{name}"]


def query_of(model: str, ref: Callable[[str], str] = str, variables: Mapping[str, Any] | None = None) -> str:
    """What a model asks; `ref` says under which name what it reads lies. Of macros it may use some files."""
    [file] = (DBT_PROJECT / "models").rglob(f"{model}.sql")
    environment = jinja2.Environment()
    known = environment.globals
    known |= {
        "ref": ref,
        "config": lambda **_: "",
        "var": {**VARS, **(variables or {})}.__getitem__,
        "adapter": DuckDB(known),
    }
    for name in WITH_MACROS:
        text = (DBT_PROJECT / "macros" / f"{name}.sql").read_text(encoding="utf-8")
        known |= vars(environment.from_string(text).make_module())
    return environment.from_string(file.read_text(encoding="utf-8")).render()


def asked_of_model(db: duckdb.DuckDBPyConnection, model: str, columns: str, order: str) -> list[tuple]:
    """What a model gives of the tables in `db`."""
    return db.execute(
        f"with asked as ({query_of(model)}\n) select {columns} from asked order by {order}"
    ).fetchall()
