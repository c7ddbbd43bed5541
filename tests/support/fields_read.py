"""Which fields of which returns each indicator rests on, read off the SQL that counts it.

    python -m tests.support.fields_read     writes dbt_project/seeds/indicator_fields.csv anew

A field is read where it decides which rows count (filters, joins, keys) or what they count (the day, the
numerator, the denominator, the breakdown). A return that the rule does not name has no bearing on it.
"""

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dbt.cli.main import dbtRunner
from sqlglot import exp, parse_one
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import DBT_PROJECT
from ingest.warehouse.load import CHOSEN_COLUMNS, LANDED_COLUMNS, TIE_ORDER

SEED = DBT_PROJECT / "seeds" / "indicator_fields.csv"
CATALOGUE = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"
COUNTED = ("counted_on", "numerator", "denominator", "value", "month_number", "moved_on")
# counted over whole periods, so outside the evidence
WHOLE_PERIODS = (
    "int_assessment__median", "int_care__net_change", "int_care__missing_children", "int_workforce__turnover",
)  # fmt: skip
Read = frozenset[tuple[str, str]]
NOTHING: Read = frozenset()


class Lineage:
    """The compiled models, and what their rows and columns are made of."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        models = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
        self._sql = {n["name"]: n["compiled_code"] for n in models if n["language"] == "sql"}
        self._columns: dict[str, dict[str, dict[str, str]]] = {
            "returns": {
                name: dict.fromkeys(
                    [*CHOSEN_COLUMNS, *LANDED_COLUMNS, *TIE_ORDER, *(f.name for f in fmt.fields)], "text"
                )
                for name, fmt in submitted_formats().items()
            }
        }
        for source in manifest["sources"].values():
            if source["source_name"] != "returns" and source["columns"]:
                self._add(source["schema"], source["name"], source["columns"])
        for node in manifest["nodes"].values():
            if node["resource_type"] == "seed" and node["columns"]:
                self._add(node["schema"], node["name"], node["columns"])
        self._scopes: dict[str, Scope] = {}
        self._made: dict[tuple[int, str], Read] = {}

    def _add(self, schema: str, name: str, columns: Any) -> None:
        self._columns.setdefault(schema, {})[name] = dict.fromkeys(columns, "text")

    def scope(self, model: str) -> Scope:
        """A model's query, every column under the name of the table that it comes from."""
        if model not in self._scopes:
            tree = parse_one(self._sql[model], dialect="duckdb")
            for table in tree.find_all(exp.Table):
                table.set("catalog", None)
                if table.db and table.name in self._sql and table.name != model:
                    self._add(table.db, table.name, self.columns(table.name))
            whole = qualify(tree, dialect="duckdb", schema=self._columns, validate_qualify_columns=False)
            scope = build_scope(whole)
            assert scope is not None, model
            self._scopes[model] = scope
        return self._scopes[model]

    def columns(self, model: str) -> list[str]:
        if model not in self._sql:
            return []
        return [column.alias_or_name for column in self.scope(model).expression.selects]

    def rows(self, source: Scope | exp.Table) -> Read:
        """What decides which rows there are."""
        if isinstance(source, exp.Table):
            if source.db == "returns":
                return frozenset({(source.name, "")})
            return self.rows(self.scope(source.name)) if self._is_counted(source) else NOTHING
        return self._once(source, "", self._rows)

    def column(self, source: Scope | exp.Table, name: str) -> Read:
        """What one column is made of."""
        if isinstance(source, exp.Table):
            if source.db == "returns":
                return frozenset({(source.name, name)})
            return self.column(self.scope(source.name), name) if self._is_counted(source) else NOTHING
        return self._once(source, name, lambda scope: self._column(scope, name))

    def _is_counted(self, table: exp.Table) -> bool:
        """Whether a table is worked out from records: the calendar, periods and settings are not."""
        return (
            table.name in self._sql
            and table.db in ("staging", "intermediate")
            and (table.name != "int_periods__expected")
        )

    def _once(self, scope: Scope, name: str, work: Any) -> Read:
        key = (id(scope), name)
        if key not in self._made:
            self._made[key] = NOTHING  # a query does not read itself
            self._made[key] = frozenset(work(scope))
        return self._made[key]

    def _rows(self, scope: Scope) -> Read:
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            return frozenset().union(*(self.rows(part) for part in scope.set_operation_scopes))
        if not isinstance(query, exp.Select):
            return NOTHING
        joins = query.args.get("joins") or []
        conditions = [query.args.get(part) for part in ("where", "group", "having", "qualify")]
        conditions += [join.args.get("on") for join in joins]
        if query.args.get("distinct"):
            conditions += query.selects
        read = self._columns_in(scope, *(c for c in conditions if c is not None))
        for inner in scope.subquery_scopes:
            if not _is_in(inner.expression, query.selects):
                read |= self.rows(inner)
        tables = [query.args.get("from_") or query.args.get("from"), *joins]
        names = [table.this.alias_or_name for table in tables if table is not None]
        return read.union(*(self.rows(scope.sources[n]) for n in names if n in scope.sources))

    def _column(self, scope: Scope, name: str) -> Read:
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            return frozenset().union(*(self.column(part, name) for part in scope.set_operation_scopes))
        if not isinstance(query, exp.Select):
            return NOTHING
        made = [column for column in query.selects if column.alias_or_name == name]
        read = self._columns_in(scope, *made)
        for inner in scope.subquery_scopes:
            if _is_in(inner.expression, made):
                read |= self.rows(inner)
        return read

    def _columns_in(self, scope: Scope, *parts: exp.Expression) -> Read:
        read = NOTHING
        for part in parts:
            for node in part.walk(prune=lambda n: isinstance(n, exp.Query)):
                if isinstance(node, exp.Column):
                    source = _source_of(scope, node.table)
                    read |= self.column(source, node.name) if source is not None else NOTHING
        return read

    def evidence(self) -> Iterator[tuple[str, Read]]:
        """Each indicator that a block counts, and the fields read for it; `?` ends those of a breakdown."""
        for model in self._sql:
            if model.endswith("__evidence") or model in WHOLE_PERIODS:
                for block in self._blocks(self.scope(model)):
                    for indicator in self._texts(block, "indicator_id"):
                        read = self.rows(block).union(*(self._of(block, n, indicator) for n in COUNTED))
                        by_value = self._of(block, "breakdown_value", indicator)
                        yield indicator, read | {(return_name, f"{f}?") for return_name, f in by_value}

    def _of(self, block: Scope, name: str, indicator: str) -> Read:
        """What a column of a block is made of, for one of the indicators that the block counts."""
        made = [column for column in block.expression.selects if column.alias_or_name == name]
        if not any(column.find(exp.Case) for column in made):
            return self.column(block, name)
        return self._columns_in(block, *(c.copy().transform(_without_other_cases, indicator) for c in made))

    def _blocks(self, scope: Scope) -> Iterator[Scope]:
        if isinstance(scope.expression, exp.SetOperation):
            for part in scope.set_operation_scopes:
                yield from self._blocks(part)
            return
        [named] = [c for c in scope.expression.selects if c.alias_or_name == "indicator_id"]
        sources = [source for _, source in scope.selected_sources.values()]
        passes_on = isinstance(named.unalias(), exp.Column) and len(sources) == 1
        if passes_on and isinstance(sources[0], Scope) and isinstance(sources[0].expression, exp.Query):
            yield from self._blocks(sources[0])
        else:
            yield scope

    def _texts(self, scope: Scope, name: str) -> set[str]:
        """The texts that a column can hold, where they are written in the query."""
        query = scope.expression
        if isinstance(query, exp.SetOperation):
            return set().union(*(self._texts(part, name) for part in scope.set_operation_scopes))
        if isinstance(query, exp.Values):
            place = [column.name for column in query.args["alias"].columns].index(name)
            return {row.expressions[place].name for row in query.expressions}
        made = [c.unalias() for c in query.selects if c.alias_or_name == name]
        if made and isinstance(made[0], exp.Column):
            source = scope.sources.get(made[0].table)
            return self._texts(source, made[0].name) if isinstance(source, Scope) else set()
        return {text.name for c in made for text in c.find_all(exp.Literal) if text.is_string}


def _without_other_cases(node: exp.Expression, indicator: str) -> exp.Expression:
    """A case without the branches that are of another indicator."""
    if not isinstance(node, exp.Case):
        return node
    branches = []
    for branch in node.args["ifs"]:
        asked = branch.this
        if isinstance(asked, exp.EQ | exp.In) and asked.this.name == "indicator_id":
            if indicator not in {text.name for text in asked.find_all(exp.Literal)}:
                continue
            return branch.args["true"]
        branches.append(branch)
    default = node.args.get("default")
    if not branches:
        return default if default is not None else exp.null()
    return exp.Case(this=node.this, ifs=branches, default=default)


def _is_in(node: exp.Expression, parts: list[exp.Expression]) -> bool:
    step: exp.Expression | None = node
    while step is not None:
        if any(step is part for part in parts):
            return True
        step = step.parent
    return False


def _source_of(scope: Scope | None, table: str) -> Scope | exp.Table | None:
    """The table of that name in a query, or in one around it."""
    while scope is not None:
        if table in scope.sources:
            return scope.sources[table]
        scope = scope.parent
    return None


@cache
def compiled() -> dict[str, Any]:
    """The project's manifest with every model compiled; reads no row."""
    with TemporaryDirectory() as target:
        where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", "lint"]
        quiet = ["--target-path", target, "--quiet", "--log-level-file", "none"]
        ended = dbtRunner().invoke(["compile", *where, *quiet])
        assert ended.success, ended.exception
        manifest: dict[str, Any] = json.loads((Path(target) / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def fields_read() -> str:
    """The seed as it should be. Grain: one indicator, return and field."""
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        catalogue = {row["indicator_id"]: row for row in csv.DictReader(file)}
    rows: set[tuple[str, str, str]] = set()
    for indicator, read in Lineage(compiled()).evidence():
        if indicator not in catalogue:  # another text in the same place
            continue
        about = catalogue[indicator]
        named = f"{about['returns_required']} {about['returns_optional']}".split()
        for return_name, field in read:
            declared = submitted_formats()[return_name].field(field.removesuffix("?"))
            is_read = about["breakdowns"] != "all" or not field.endswith("?")
            if return_name in named and declared and is_read:
                rows.add((indicator, return_name, declared.name))
    order = list(catalogue)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["indicator_id", "return_name", "field_name"])
    writer.writerows(sorted(rows, key=lambda row: (order.index(row[0]), row[1], row[2])))
    return text.getvalue()


if __name__ == "__main__":
    SEED.write_text(fields_read(), encoding="utf-8")
