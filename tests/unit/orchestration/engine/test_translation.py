"""DuckDB's SQL in Spark's words, a construct a line; and that every model has nothing else."""

import re

import pytest
import sqlglot

from ingest.paths import DBT_PROJECT
from orchestration.engine.translation import NotTranslatedError, to_spark, unknown_to_spark
from tests.support.fields_read import compiled

# what a dispatched macro says in DuckDB, by the macro that says it another way on Spark
SAID_BY = {
    "ASOF JOIN": "with_latest",
    "TO_MONTHS()": "plus_months",
    "REGEXP_FULL_MATCH()": "matches_whole",
    "LGAMMA()": "log_gamma",
    "FORMAT()": "with_commas",
    "quantile of several": "quartiles",
}


def nothing_asked(sql: str) -> list[str]:
    raise AssertionError(f"Spark was asked for the columns of {sql}")


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("select a / b as c from t", "CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0)"),
        ("select a / b / c as d from t", "CAST(CAST(a AS DOUBLE) / NULLIF(CAST(b AS DOUBLE), 0) AS DOUBLE)"),
        ("select avg(a) from t", "AVG(CAST(a AS DOUBLE))"),
        ("select a from t order by a", "ORDER BY a NULLS LAST"),
        ("select a::varchar from t", "CAST(a AS STRING)"),
        ("select * exclude (a) from t", "* EXCEPT (a)"),
        ("select any_value(a) filter (where b) from t", "ANY_VALUE(a, TRUE) FILTER(WHERE b)"),
        ("select count_if(a) from t", "SUM(CAST(a AS BIGINT))"),
        ("select last(a order by b) from t", "MAX_BY(a, STRUCT(b IS NULL, b))"),
        (
            "select string_agg(distinct a, ' ' order by a) from t",
            "ARRAY_JOIN(SORT_ARRAY(COLLECT_SET(a)), ' ')",
        ),
        ("select list(a) from t", "NULLIF(COLLECT_LIST(a), ARRAY())"),
        ("select extract(isodow from a) from t", "EXTRACT(DAYOFWEEK_ISO FROM a)"),
        ("select a from t semi join u on t.a = u.a", "LEFT SEMI JOIN"),
        ("with t as materialized (select 1 as a) select a from t", "WITH t AS (SELECT"),
        ("select a[1] from t", "a[0]"),
        (
            "select max(a) over (w rows between 1 preceding and current row) from t "
            "window w as (partition by b order by c)",
            "OVER (PARTITION BY b ORDER BY c NULLS LAST",
        ),
        (
            "select a from t window w as (partition by b) qualify row_number() over (w order by c) = 1",
            "OVER (PARTITION BY b ORDER BY c NULLS LAST)",
        ),
        ("select a from t qualify row_number() over (order by a) = 1", "QUALIFY ROW_NUMBER() OVER"),
        ("select 'it''s' as a", r"'it\'s'"),
    ],
)
def test_what_is_spelled_another_way_is_translated(duckdb: str, spark: str) -> None:
    assert spark in to_spark(duckdb, nothing_asked)


def test_a_union_by_name_is_one_by_position_with_a_null_for_what_is_not_there() -> None:
    told = to_spark(
        "with t as (select 1 as a, 2 as b) select * from t union all by name select 3 as b", nothing_asked
    )

    assert "SELECT a, b FROM (SELECT * FROM t)" in told
    assert "SELECT NULL AS a, b FROM (SELECT 3 AS b)" in told


def test_spark_is_asked_for_the_columns_that_a_query_does_not_tell() -> None:
    asked: list[str] = []

    def columns_of(sql: str) -> list[str]:
        asked.append(sql)
        return ["b", "a"]

    told = to_spark("select * from marts.t union all by name select 1 as a", columns_of)

    assert asked == ["SELECT * FROM marts.t"]
    assert "SELECT NULL AS b, a" in told


@pytest.mark.parametrize(
    ("duckdb", "said"),
    [
        ("select * from t asof join u on t.a >= u.a", "ASOF JOIN"),
        ("select a + to_months(1) from t", "TO_MONTHS()"),
        ("select lgamma(a) from t", "LGAMMA()"),
        ("select string_agg(a, ' ' order by b) from t", "ordered by what it joins"),
    ],
)
def test_what_spark_has_not_is_named_and_not_guessed(duckdb: str, said: str) -> None:
    with pytest.raises(NotTranslatedError, match=re.escape(said)):
        to_spark(duckdb, nothing_asked)


def test_no_model_has_what_spark_has_not_but_by_a_dispatched_macro() -> None:
    manifest = compiled()
    macros = manifest["macros"]

    def used(names: list[str]) -> set[str]:
        direct = {name for name in names if name.startswith("macro.line_of_sight.")}
        return direct.union(*(used(macros[name]["depends_on"]["macros"]) for name in direct))

    amiss = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or node["language"] != "sql":
            continue
        said = {name.rsplit(".", 1)[-1] for name in used(node["depends_on"]["macros"])}
        for what in unknown_to_spark(sqlglot.parse_one(node["compiled_code"], read="duckdb")):
            if SAID_BY.get(what) not in said:
                amiss.append(f"{node['name']}: {what}; give it a macro in dbt_project/macros/engine")
    assert not amiss


def test_every_dispatched_macro_says_how_on_either_engine() -> None:
    text = (DBT_PROJECT / "macros" / "engine" / "dispatched.sql").read_text(encoding="utf-8")
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'", text))

    assert dispatched
    for engine in ("duckdb", "spark"):
        assert set(re.findall(rf"macro {engine}__(\w+)\(", text)) == dispatched
