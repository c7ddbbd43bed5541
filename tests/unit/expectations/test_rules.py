"""Counting by rule: what is judged, what fails and where, and a rule that raises is alone in it."""

from collections.abc import Iterator

import duckdb
import pytest

from expectations.rules import measure

RECORDS = "main.int_quality__things"
COUNTED = "main.int_quality__authorities"


@pytest.fixture
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute(
            """
            create table rules as select * from (values
                ('too_long', 'int_quality__things'), ('too_late', 'int_quality__things'),
                ('share', 'int_quality__authorities'), ('flow', 'int_quality__authorities')
            ) as t (rule_id, counted_in);
            create table things (la_code varchar, content_id bigint, row_number bigint, cell varchar);
            insert into things values ('301', 7, 2, '10'), ('301', 7, 3, '99'), ('302', 8, 2, 'Ann Example');
            create view int_quality__things as select
                la_code, content_id, row_number, len(cell) > 2 as too_long,
                case when cell <> '10' then cell = '99' end as too_late
            from things;
            create view int_quality__authorities as
            select la_code, 'share' as rule_id, 4 as rows_checked, 1 as rows_failing,
                null::struct(content_id bigint, row_number bigint)[] as failing
            from (select distinct la_code from things)
            union all
            select '301', 'flow', 1, 0, null
            """
        )
        yield made


def results(db: duckdb.DuckDBPyConnection) -> dict[tuple, tuple]:
    rows = measure(db, "rules", [RECORDS], [COUNTED]).to_pylist()
    return {
        (r["la_code"], r["rule_id"]): (
            r["rows_checked"],
            r["rows_failing"],
            [(p["content_id"], p["row_number"]) for p in r["failing"] or []],
        )
        for r in rows
        if not r["is_crashed"]
    }


def crashed(db: duckdb.DuckDBPyConnection) -> list[tuple]:
    rows = measure(db, "rules", [RECORDS], [COUNTED]).to_pylist()
    return [(r["la_code"], r["rule_id"]) for r in rows if r["is_crashed"]]


def test_what_is_null_is_not_judged_and_what_fails_is_found_where_it_stands(db) -> None:
    assert results(db) == {
        ("301", "too_long"): (2, 0, []),
        ("301", "too_late"): (1, 1, [(7, 3)]),
        ("302", "too_long"): (1, 1, [(8, 2)]),
        ("302", "too_late"): (1, 0, []),
        ("301", "share"): (4, 1, []),
        ("302", "share"): (4, 1, []),
        ("301", "flow"): (1, 0, []),
    }


def test_a_rule_that_raises_is_crashed_for_everyone_and_hides_no_other(db) -> None:
    sound = results(db)
    db.execute(
        """
        create or replace view int_quality__things as select
            la_code, content_id, row_number, len(cell) > 2 as too_long, cell::int > 50 as too_late
        from things
        """
    )

    assert crashed(db) == [(None, "too_late")]
    assert results(db) == {key: was for key, was in sound.items() if key[1] != "too_late"}
    assert "Ann" not in str(measure(db, "rules", [RECORDS], [COUNTED]).to_pylist())


def test_a_rule_of_authorities_that_raises_is_alone_too(db) -> None:
    db.execute(
        """
        create or replace view int_quality__authorities as
        select la_code, 'share' as rule_id, max(cell::int) as rows_checked, 0 as rows_failing,
            null::struct(content_id bigint, row_number bigint)[] as failing
        from things group by la_code
        union all
        select '301', 'flow', 1, 0, null
        """
    )

    assert crashed(db) == [(None, "share")]
    assert ("301", "flow") in results(db)
