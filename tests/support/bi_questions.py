"""The worked questions of docs/bi.md with their SQL, and the places that a release answers them from."""

import json
import re
from pathlib import Path

import duckdb

from ingest.paths import DBT_PROJECT

PAGE = DBT_PROJECT.parent / "docs" / "bi.md"
QUESTION = re.compile(r"^### (?P<asked>[^\n]+\?)\n(?P<rest>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
TYPES = {"string": "varchar", "number": "double", "integer": "bigint", "date": "date", "boolean": "boolean"}


def questions() -> dict[str, str]:
    """The SQL of each question that the page asks."""
    found = QUESTION.finditer(PAGE.read_text(encoding="utf-8"))
    return {one["asked"]: SQL.findall(one["rest"])[0] for one in found}


def python() -> list[str]:
    """The Python that the page shows."""
    return PYTHON.findall(PAGE.read_text(encoding="utf-8"))


def parquet_of(release: Path) -> duckdb.DuckDBPyConnection:
    """A view over each Parquet file of a release, by the file's name."""
    db = duckdb.connect()
    for file in sorted((release / "parquet").glob("*.parquet")):
        db.execute(f"create view {file.stem} as from '{file}'")
    return db


def csv_of(release: Path) -> duckdb.DuckDBPyConnection:
    """A view over each CSV file of a release, typed by nothing but the schema beside it."""
    db = duckdb.connect()
    package = json.loads((release / "csv" / "datapackage.json").read_text(encoding="utf-8"))
    for one in package["resources"]:
        types = {field["name"]: TYPES[field["type"]] for field in one["schema"]["fields"]}
        db.execute(
            f"create view {one['name']} as from read_csv('{release / 'csv' / one['path']}', header = true, "
            f"delim = ',', quote = '\"', escape = '\"', columns = {types})"
        )
    return db


def as_answered(rows: list[tuple]) -> list[tuple]:
    """Rows in an order that any client can put them in, with no text and an empty one alike, as in CSV."""
    return sorted((tuple(None if cell == "" else cell for cell in row) for row in rows), key=repr)
