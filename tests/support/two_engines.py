"""Compare what two engines made of one world, table by table and cell by cell."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

TOLERANCE = 1e-9
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UBIGINT", "BOOLEAN")
SHOWN = 3


@dataclass(frozen=True)
class Compared:
    """How one table came out: rows and cells looked at, cells that differ, and a few of them in words."""

    table: str
    rows: int
    cells: int
    different: int
    examples: tuple[str, ...]


def compare(db: duckdb.DuckDBPyConnection, table: str, first: str, second: str) -> Compared:
    """Two relations of one connection. Whole numbers and texts are equal, others to 1e-9; order is no matter.

    A row that the other has not differs in every cell; so does every cell where the columns are others.
    """
    held, others = _columns(db, first), _columns(db, second)
    [(rows,)] = db.sql(f"select count(*) from {first}").fetchall()
    cells = rows * len(held)
    if set(held) != set(others):
        return Compared(table, rows, cells, max(cells, 1), (f"columns: {sorted(set(held) ^ set(others))}",))
    names = sorted(held, key=lambda n: (_is_ratio(held[n], others[n]), n))
    one, two = (_comparable(relation, names, held, others) for relation in (first, second))
    left = db.sql(f"{one} except all {two}").fetchall()
    right = db.sql(f"{two} except all {one}").fetchall()
    different, examples = _differences(sorted(left, key=_order), sorted(right, key=_order), names)
    return Compared(table, rows, cells, different, tuple(examples[:SHOWN]))


def _columns(db: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in db.sql(f"describe {relation}").fetchall()}


def _is_ratio(one: str, other: str) -> bool:
    return any(
        kind.startswith(("DOUBLE", "FLOAT", "DECIMAL")) and not kind.endswith("]") for kind in (one, other)
    )


def _comparable(relation: str, names: list[str], held: dict[str, str], others: dict[str, str]) -> str:
    shown = []
    for name in names:
        kinds = (held[name], others[name])
        column = f'"{name}"'
        if _is_ratio(*kinds):
            column += "::double"
        elif all(kind in WHOLE for kind in kinds):
            column += "::hugeint"
        elif any(kind.endswith("]") for kind in kinds):
            column = f"to_json(list_sort({column}))::varchar"
        else:
            column += "::varchar"
        shown.append(column)
    return f"select {', '.join(shown)} from {relation}"


def _order(row: tuple[Any, ...]) -> tuple[tuple[bool, str], ...]:
    """The exact columns stand first, so that rows which differ in a ratio alone meet."""
    return tuple((one is None, str(one)) for one in row)


def _differences(
    left: list[tuple[Any, ...]], right: list[tuple[Any, ...]], names: list[str]
) -> tuple[int, list[str]]:
    different, examples = 0, []
    for one, two in zip(left, right, strict=False):
        for name, a, b in zip(names, one, two, strict=True):
            if not _same(a, b):
                different += 1
                examples.append(f"{name}: {a!r} and {b!r}")
    spare = left[len(right) :] + right[len(left) :]
    return different + len(names) * len(spare), [*(f"only one has {row}" for row in spare[:SHOWN]), *examples]


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (math.isnan(a) and math.isnan(b))
    return bool(a == b)


def compare_made(warehouse: Path, spark_folder: Path) -> Iterator[Compared]:
    """Every table that Spark wrote in a refresh beside what DuckDB made of it, table or view, in its own."""
    with duckdb.connect() as db:
        db.execute(f"attach '{warehouse}' as warehouse (read_only)")
        db.execute("use warehouse")
        for folder in sorted(spark_folder.glob("warehouse/*.db/*")):
            schema = folder.parent.name.removesuffix(".db")
            files = [str(path) for path in sorted(folder.glob("*.parquet"))]
            if schema == "returns" or not files:
                continue
            db.execute(f"create or replace temp view of_spark as select * from read_parquet({files})")
            yield compare(db, folder.name, f"{schema}.{folder.name}", "of_spark")


def total(compared: Iterable[Compared]) -> tuple[int, int, int, int]:
    """Tables, rows, cells, and cells that differ."""
    each = list(compared)
    return len(each), sum(c.rows for c in each), sum(c.cells for c in each), sum(c.different for c in each)
