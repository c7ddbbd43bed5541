"""A model's own SQL over tables that a test lays out, each under the model's name that it stands for."""

from collections.abc import Callable

import duckdb
import jinja2

from ingest.paths import DBT_PROJECT


def query_of(model: str, ref: Callable[[str], str] = str) -> str:
    """What a model asks; `ref` says under which name what it reads lies. Of macros it may use a few."""
    [file] = (DBT_PROJECT / "models").rglob(f"{model}.sql")
    return jinja2.Template(file.read_text(encoding="utf-8")).render(
        ref=ref,
        config=lambda **_: "",
        month_number=lambda day: f"(year({day}) * 12 + month({day}) - 1)::int",
    )


def asked_of_model(db: duckdb.DuckDBPyConnection, model: str, columns: str, order: str) -> list[tuple]:
    """What a model gives of the tables in `db`."""
    return db.execute(
        f"with asked as ({query_of(model)}\n) select {columns} from asked order by {order}"
    ).fetchall()
