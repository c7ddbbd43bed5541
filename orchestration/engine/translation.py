"""A model is written once, in DuckDB's SQL; Spark is given it in its own words.

What is only spelled another way is translated here, by sqlglot and the few rules below. What is done another
way is a dispatched macro (dbt_project/macros/engine).
"""

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp

WORDS = "databricks"  # of the two that sqlglot knows the one that has QUALIFY, as Spark itself has by now
ColumnsOf = Callable[[str], list[str]]


class NotTranslatedError(Exception):
    """SQL that Spark cannot be given; says what of it, and never a value."""


def to_spark(sql: str, columns_of: ColumnsOf) -> str:
    """One query of DuckDB's in Spark's words; `columns_of` names the columns of a query of Spark's.

    Raises NotTranslatedError.
    """
    try:
        tree = sqlglot.parse_one(sql, read="duckdb")
    except sqlglot.errors.ParseError as error:
        raise NotTranslatedError(f"not read as DuckDB's SQL: {error.errors[0].get('description')}") from None
    if found := unknown_to_spark(tree):
        raise NotTranslatedError(
            f"Spark has no {', '.join(found)}; give it a macro in dbt_project/macros/engine"
        )
    for node in reversed(list(tree.walk())):  # what is inside first
        _say_it_as_spark_does(node)
    for union in list(_unions_by_name(tree)):
        made = _by_position(union, columns_of)
        tree = made if union is tree else tree
        union.replace(made)
    return tree.sql(WORDS)


def unknown_to_spark(tree: exp.Expr) -> list[str]:
    """What of a query no rule makes Spark's own."""
    found = {
        "ASOF JOIN": any(join.args.get("method") == "ASOF" for join in tree.find_all(exp.Join)),
        "* REPLACE": any(star.args.get("replace") for star in tree.find_all(exp.Star)),
        **{
            f"{name}()": any(f.name.upper() == name for f in tree.find_all(exp.Anonymous))
            for name in ("REGEXP_FULL_MATCH", "LGAMMA", "TO_MONTHS")
        },
        "FORMAT()": bool(tree.find(exp.Format)),
        "quantile of several": any(
            isinstance(q.args.get("quantile"), exp.Array)
            for q in tree.find_all(exp.PercentileCont, exp.Quantile)
        ),
    }
    return [name for name, is_there in found.items() if is_there]


def _say_it_as_spark_does(node: exp.Expr) -> None:
    if isinstance(node, exp.CTE):
        node.set("materialized", None)  # how, not what: Spark decides by itself
    elif isinstance(node, exp.Join) and node.kind in ("SEMI", "ANTI"):
        node.set("side", "LEFT")
    elif isinstance(node, exp.Extract) and node.name.upper() == "ISODOW":
        node.set("this", exp.var("DAYOFWEEK_ISO"))
    elif isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.AnyValue):
        node.replace(exp.Anonymous(this="ANY_VALUE", expressions=[node.this.this.copy(), exp.true()]))
    elif isinstance(node, exp.Anonymous) and node.name.upper() == "ROW":
        node.set("this", "STRUCT")
    elif isinstance(node, exp.Explode) and node.expressions:
        # max_depth := 2, a column for each field of a struct
        node.replace(exp.Anonymous(this="INLINE", expressions=[node.this.copy()]))
    elif _is_collected(node, exp.ArrayAgg):
        node.replace(_none_is_null(node))
    elif isinstance(node, exp.Filter) and isinstance(node.this, exp.GroupConcat):
        node.replace(_joined(node.this, node.expression))
    elif isinstance(node, exp.GroupConcat) and not isinstance(node.parent, exp.Filter):
        node.replace(_joined(node))
    elif isinstance(node, exp.Last) and isinstance(node.this, exp.Order):
        _last_in_order(node)
    elif isinstance(node, exp.Window) and node.args.get("alias") and _is_extended(node):
        _window_in_full(node)
    elif isinstance(node, exp.CountIf):  # DuckDB's is null where nothing but nulls was asked
        node.replace(exp.func("sum", exp.cast(node.this.copy(), "bigint")))
    elif isinstance(node, exp.Avg):
        node.set("this", _as_double(node.this))
    elif isinstance(node, exp.Div):
        # DuckDB divides whole numbers and decimals as doubles; Spark keeps decimals, of fewer places than
        # 1e-9 asks, and raises where it divides by nothing
        node.set("this", _as_double(node.this))
        node.set("expression", exp.func("nullif", _as_double(node.expression), exp.Literal.number(0)))


def _is_collected(node: exp.Expr, kind: type[exp.Expr]) -> bool:
    """An aggregate with its filter, or without one."""
    if isinstance(node, exp.Filter):
        return isinstance(node.this, kind)
    return isinstance(node, kind) and not isinstance(node.parent, exp.Filter)


def _none_is_null(collected: exp.Expr) -> exp.Expr:
    """A list of nothing is null in DuckDB, and an empty list in Spark."""
    return exp.func("nullif", collected.copy(), exp.Anonymous(this="ARRAY"))


def _joined(node: exp.GroupConcat, where: exp.Expr | None = None) -> exp.Expr:
    """Texts joined in their own order: Spark's string_agg fails beside a distinct count. No x is ''."""
    order = node.this
    if not isinstance(order, exp.Order) or len(order.expressions) != 1:
        raise NotTranslatedError("string_agg is translated with one column to order by")
    what = order.this.expressions[0] if isinstance(order.this, exp.Distinct) else order.this
    if what != order.expressions[0].this:
        raise NotTranslatedError("string_agg is translated where it is ordered by what it joins")
    collect = "COLLECT_SET" if isinstance(order.this, exp.Distinct) else "COLLECT_LIST"
    texts: exp.Expr = exp.Anonymous(this=collect, expressions=[what.copy()])
    if where is not None:
        texts = exp.Filter(this=texts, expression=where.copy())
    joined = exp.Anonymous(
        this="ARRAY_JOIN",
        expressions=[exp.Anonymous(this="SORT_ARRAY", expressions=[texts]), node.args["separator"].copy()],
    )
    return exp.func("nullif", joined, exp.Literal.string(""))


def _last_in_order(node: exp.Last) -> None:
    """last(x order by a, b) is the x of the greatest (a, b), where a null stands after all."""
    keys = [part for one in node.this.expressions for part in (one.this.is_(exp.null()), one.this.copy())]
    node.replace(exp.ArgMax(this=node.this.this.copy(), expression=exp.func("struct", *keys)))


def _is_extended(node: exp.Window) -> bool:
    return bool(node.args.get("spec") or node.args.get("order"))


def _window_in_full(node: exp.Window) -> None:
    """A named window with an order or a frame of its own; Spark's named windows take neither."""
    select = node.find_ancestor(exp.Select)
    named = next(w for w in (select.args.get("windows") or () if select else ()) if w.name == node.alias)
    node.set("partition_by", [part.copy() for part in named.args.get("partition_by") or ()])
    if order := named.args.get("order"):
        node.set("order", order.copy())
    node.set("alias", None)


def _as_double(part: exp.Expr) -> exp.Expr:
    return exp.cast(part.copy(), "double")


def _unions_by_name(tree: exp.Expr) -> Iterator[exp.Union]:
    """The outermost union of each chain, the innermost chain first."""
    chains = [
        u
        for u in tree.find_all(exp.Union)
        if u.args.get("by_name") and not (isinstance(u.parent, exp.Union) and u.parent.args.get("by_name"))
    ]
    yield from reversed(chains)


def _by_position(union: exp.Union, columns_of: ColumnsOf) -> exp.Expr:
    branches = list(_branches(union))
    held = [_columns(branch, columns_of) for branch in branches]
    names = list(dict.fromkeys(name for columns in held for name in columns))
    selects = [
        exp.select(*(exp.column(n) if n in columns else exp.alias_(exp.null(), n) for n in names)).from_(
            branch.copy().subquery(f"part_{number}")
        )
        for number, (branch, columns) in enumerate(zip(branches, held, strict=True))
    ]
    made: exp.Expr = selects[0]
    for select in selects[1:]:
        made = exp.union(made, select, distinct=bool(union.args.get("distinct")), copy=False)
    if with_ := union.args.get("with_"):
        made.set("with_", with_.copy())
    for clause in ("order", "limit"):
        if union.args.get(clause):
            made.set(clause, union.args[clause].copy())
    return made


def _branches(union: exp.Query) -> Iterator[exp.Query]:
    if isinstance(union, exp.Union) and union.args.get("by_name"):
        yield from _branches(union.this)
        yield from _branches(union.expression)
    elif isinstance(union, exp.Subquery):
        yield from _branches(union.this)
    else:
        yield union


def _columns(query: exp.Query, columns_of: ColumnsOf) -> list[str]:
    """The names of a query's columns: told by the query, or by what it reads; else Spark is asked."""
    names: list[str] = []
    for one in query.selects:
        if not one.is_star:
            names.append(one.alias_or_name)
            continue
        source = query.args.get("from_")
        cte = source and isinstance(source.this, exp.Table) and _cte(query, source.this)
        plain = isinstance(one, exp.Star) and not any(one.args.values()) and not query.args.get("joins")
        if not (cte and plain):
            return columns_of(_with_ctes(query).sql(WORDS))
        names += _columns(cte, columns_of)
    return names


def _cte(query: exp.Query, table: exp.Table) -> exp.Query | None:
    if table.db:
        return None
    for with_ in _withs(query):
        for cte in with_.expressions:
            if cte.alias == table.name:
                return cte.this
    return None


def _withs(query: exp.Expr) -> Iterator[exp.With]:
    step: exp.Expr | None = query
    while step is not None:
        if step.args.get("with_"):
            yield step.args["with_"]
        step = step.parent


def _with_ctes(query: exp.Expr) -> exp.Expr:
    """The query with every cte that it may read, so that it can be asked about by itself."""
    alone = query.copy()
    before: list[exp.Expr] = []
    for with_ in _withs(query):
        if with_.parent is not query:
            inside = query.find_ancestor(exp.CTE)
            for cte in with_.expressions:
                if cte is inside:
                    break
                before.append(cte.copy())
    own = alone.args.get("with_")
    alone.set(
        "with_", exp.With(expressions=[*before, *(own.expressions if own else [])]) if before or own else None
    )
    return alone
