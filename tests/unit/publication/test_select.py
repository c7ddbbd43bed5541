"""Python selects from models: columns, equals, an order; no more."""

import duckdb
import pytest

from publication.select import has, rows_of


@pytest.fixture
def db() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(
        "create table figures as select * from (values ('301', 2), ('302', 1), ('301', 3)) as t (la_code, n)"
    )
    made.execute("create view of_301 as from figures where la_code = '301'")
    return made


def test_rows_are_those_with_the_values_asked_for_in_the_order_asked_for(
    db: duckdb.DuckDBPyConnection,
) -> None:
    assert rows_of(db, "figures", "n", la_code="301", order="n desc") == [{"n": 3}, {"n": 2}]


def test_a_further_condition_takes_its_values_apart_from_the_statement(db: duckdb.DuckDBPyConnection) -> None:
    assert rows_of(db, "figures", la_code="301", where="n > $least", given={"least": 2}) == [
        {"la_code": "301", "n": 3}
    ]
    assert rows_of(db, "figures", la_code="' or true --") == []


def test_a_model_that_is_not_there_is_known_not_to_be(db: duckdb.DuckDBPyConnection) -> None:
    assert (has(db, "figures"), has(db, "main.of_301"), has(db, "rpt_scorecard")) == (True, True, False)
