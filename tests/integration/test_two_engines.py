"""One small world on both engines; the large one is `make acceptance SUITE=spark`."""

from typing import Any

import duckdb
import jinja2
import pytest

from ingest.paths import DBT_PROJECT, WarehousePaths
from orchestration.engine import spark
from orchestration.engine.translation import to_spark
from synthetic import invent
from tests.support.command import PUBLISHED, refresh
from tests.support.spark_here import needs_spark
from tests.support.two_engines import compare_made, total

EDGES = (  # (what the macro is called with, what it comes to)
    ("plus_months('date ''2024-01-31''', 1)", "2024-02-29"),
    ("plus_months('date ''2024-03-31''', -1)", "2024-02-29"),
    ("plus_months('date ''2023-02-28''', 12)", "2024-02-28"),
    ("matches_whole('''a=b''', '''a=.''')", True),
    ("matches_whole('''a=bc''', '''a=.''')", False),
    ("matches_whole('''b''', '''a|b''')", True),
    ("with_commas('1234567')", "1,234,567"),
    ("with_commas('999')", "999"),
    ("in_few_figures('12.0::double')", "12"),
    ("in_few_figures('100.0::double')", "100"),
    ("in_few_figures('3.5::double')", "3.5"),
    ("log_gamma('1')", 0.0),
    ("log_gamma('3.5')", 1.2009736023470743),
    ("log_gamma('250')", 1128.5237724175127),
)
OVER_ROWS = (  # (query, rows)
    (
        "with r as (select * from (values ('a', 3), ('a', 9), ('b', 3)) as t (k, d)), "
        "e as (select * from (values ('a', 1, 10), ('a', 3, 30), ('a', 8, 80)) as t (k, f, v)) "
        "select k, d, v from ({{ with_latest('r', 'e', ['k'], 'd', 'f', ['v']) }}) as x order by k, d",
        [("a", 3, 30), ("a", 9, 80), ("b", 3, None)],
    ),
    (
        "select q[1] as low, q[2] as middle, q[3] as high from ("
        "select {{ quartiles('v') }} as q from (values (1.0), (2.0), (4.0)) as t (v)) as x",
        [(1.5, 2.0, 3.0)],
    ),
)


class Adapter:
    """dbt's adapter, as far as a macro asks it which engine it is written for."""

    def __init__(self, engine: str) -> None:
        text = (DBT_PROJECT / "macros" / "engine" / "dispatched.sql").read_text(encoding="utf-8")
        self._engine = engine
        self.macros: Any = jinja2.Environment().from_string(text).make_module({"adapter": self})

    def dispatch(self, name: str, _: str) -> Any:
        return getattr(self.macros, f"{self._engine}__{name}")

    def render(self, text: str) -> str:
        return jinja2.Environment().from_string(text).render(vars(self.macros))


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    needs_spark()
    base = tmp_path_factory.mktemp("engine")
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    places.prepare()
    yield spark.session(places)
    spark.stop()


@pytest.mark.pipeline
@pytest.mark.parametrize(("called", "comes_to"), EDGES)
def test_a_dispatched_macro_comes_to_the_same_on_both(session: Any, called: str, comes_to: object) -> None:
    on_duckdb = duckdb.sql(f"select {Adapter('duckdb').render('{{ ' + called + ' }}')}").fetchall()[0][0]
    query = to_spark(f"select {Adapter('spark').render('{{ ' + called + ' }}')} as x", lambda _: [])
    on_spark = session.sql(query).collect()[0][0]
    if isinstance(comes_to, float):
        assert (on_duckdb, on_spark) == (pytest.approx(comes_to, abs=1e-9), pytest.approx(comes_to, abs=1e-9))
    else:
        shown = (lambda x: x.isoformat()) if hasattr(on_duckdb, "isoformat") else (lambda x: x)
        assert (shown(on_duckdb), shown(on_spark)) == (comes_to, comes_to)


@pytest.mark.pipeline
@pytest.mark.parametrize(("query", "rows"), OVER_ROWS)
def test_a_dispatched_macro_over_rows_comes_to_the_same_on_both(
    session: Any, query: str, rows: list[tuple[object, ...]]
) -> None:
    assert duckdb.sql(Adapter("duckdb").render(query)).fetchall() == rows
    told = to_spark(Adapter("spark").render(query), lambda _: [])
    assert [tuple(row) for row in session.sql(told).collect()] == rows


@pytest.mark.pipeline
def test_a_small_world_is_the_same_on_both_to_the_cell(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_spark()
    monkeypatch.setenv(spark.KEPT, "to compare")
    base = tmp_path_factory.mktemp("worlds")
    invent(2, ["2025-01", "2025-02"], 25, 7, base)
    made = [WarehousePaths.of(base / "raw", base / "reference", base / name) for name in ("duckdb", "spark")]
    for places in made:
        ended = refresh(places, "--engine", places.release.name)
        assert ended.returncode in PUBLISHED, ended.stdout + ended.stderr

    compared = list(compare_made(made[0].warehouse, spark.folder(made[1])))
    tables, rows, cells, different = total(compared)
    assert tables > 100 and rows > 0 and cells > 0
    assert not different, [c for c in compared if c.different]
