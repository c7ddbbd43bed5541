"""Count how often each quality rule is broken, and where. A rule that cannot be worked out crashes alone.

The rules are SQL: one column of `int_quality__<return>` each (true where a record breaks it, null where
it has nothing to judge), or rows of a view that counts for itself; seeds/quality_rules.csv says what each
asks.
"""

from collections.abc import Callable, Sequence
from functools import partial

import duckdb
import pyarrow as pa

PLACE = pa.struct([("content_id", pa.int64()), ("row_number", pa.int64())])
RESULTS = pa.schema(
    [
        ("la_code", pa.string()),  # null where the rule crashed: it crashed for everyone
        ("rule_id", pa.string()),
        ("rows_checked", pa.int64()),
        ("rows_failing", pa.int64()),
        ("failing", pa.list_(PLACE)),  # where the failing records stand in the files they came from
        ("is_crashed", pa.bool_()),
    ]
)


def measure(
    db: duckdb.DuckDBPyConnection, catalogue: str, by_record: Sequence[str], counted: Sequence[str]
) -> pa.Table:
    """Grain: one authority and rule that had something to judge; a crashed rule has one row of its own.

    `by_record` are views with a column for a rule; `counted` are views with the columns of the result. Each
    is read once; where that fails, once for each rule, so that one broken rule hides no other.
    """
    known = {rule for (rule,) in db.execute(f"select rule_id from {catalogue}").fetchall()}
    parts = [RESULTS.empty_table()]
    for view in by_record:
        held = [name for (name, *_) in db.execute(f"describe {view}").fetchall()]
        parts += _ask(db, [name for name in held if name in known], partial(_of_records, view))
    for view in counted:
        rows = db.execute(f"select rule_id from {catalogue} where counted_in = ?", [view.split(".")[-1]])
        parts += _ask(db, [name for (name,) in rows.fetchall()], partial(_as_counted, view))
    return pa.concat_tables(parts)


def _ask(
    db: duckdb.DuckDBPyConnection, names: list[str], query: Callable[[list[str]], str]
) -> list[pa.Table]:
    if not names:
        return []
    try:
        return [db.sql(query(names)).to_arrow_table().select(RESULTS.names).cast(RESULTS)]
    except duckdb.Error:  # its text may quote a value
        if len(names) > 1:
            return [part for name in names for part in _ask(db, [name], query)]
        crashed = dict.fromkeys(RESULTS.names) | {"rule_id": names[0], "is_crashed": True}
        return [pa.Table.from_pylist([crashed], RESULTS)]


def _of_records(view: str, names: list[str]) -> str:
    place = "{'content_id': content_id, 'row_number': row_number}"
    counts = ", ".join(
        f"{{'rule_id': '{n}', 'rows_checked': count({n}), 'rows_failing': count_if({n}), "
        f"'failing': list({place}) filter (where {n})}}"
        for n in names
    )
    return f"""
        select la_code, unnest(counts, max_depth := 2), false as is_crashed
        from (select la_code, [{counts}] as counts from {view} group by la_code)
    """


def _as_counted(view: str, names: list[str]) -> str:
    chosen = ", ".join(f"'{name}'" for name in names)
    return f"select *, false as is_crashed from {view} where rule_id in ({chosen})"
