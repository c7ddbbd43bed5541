"""Three invented authorities through the real command: published whole, and every figure counted twice."""

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from dbt.cli.main import dbtRunner

from ingest.paths import DBT_PROJECT, WarehousePaths
from orchestration.runtime import dbt_build
from publication.public_pack.disclosure import long_table, relations
from synthetic import invent
from tests.oracle.breakdowns import BREAKDOWNS, parts
from tests.oracle.compare import differences
from tests.oracle.opinion import figures
from tests.support import bi_questions
from tests.support.command import close, line_of_sight, refresh
from tests.support.totals_sent import name_months, send_totals_for_records

MONTHS = ["2025-01", "2025-02", "2025-03"]
pytestmark = pytest.mark.pipeline


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> WarehousePaths:
    base = tmp_path_factory.mktemp("invented")
    invent(3, MONTHS, 80, 7, base)
    send_totals_for_records(base / "raw", base / "reference", "002", "2025-03")
    name_months(base / "reference")
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    assert refresh(places).returncode == 0
    # of one small authority a return did not come in a month: it is closed without it
    ended = close(places, "2025-01..2025-03", "--incomplete", "--reason", "nobody to visit")
    assert ended.returncode == 0, ended.stderr
    return places


@pytest.fixture(scope="module")
def marts(published: WarehousePaths) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(published.current / "marts.duckdb"), read_only=True)


def test_a_second_opinion_agrees_on_every_figure(published: WarehousePaths) -> None:
    compared, different = differences(published, "2025-03")

    assert compared > 2000
    assert different.empty, different.head(20).to_string()


def test_totals_add_up_to_longer_periods_and_say_which_are_short(marts: duckdb.DuckDBPyConnection) -> None:
    derived = marts.sql(
        "select indicator_id, period_basis, value from fct_indicator_values "
        "where la_code = '002' and value_status = 'derived'"
    ).fetchall()
    short = marts.sql(
        "select period_basis, period_end::varchar, suggested_action from fct_indicator_values "
        "where la_code = '002' and indicator_id = 'strategy_after_assessment_pct' and value is null "
        "and suggested_action is not null order by period_end, period_basis"
    ).fetchall()

    assert {(indicator, basis) for indicator, basis, _ in derived} >= {
        ("strategy_meetings", "rolling_12_months"),
        ("strategy_after_assessment_pct", "quarter"),
        ("cp_started", "year_to_date"),  # eleven months counted and one entered
        ("cp_net_change", "month"),
        ("cla_net_change", "quarter"),
    }
    assert all(value is not None for _, _, value in derived)
    assert (
        "rolling_12_months",
        "2025-03-31",
        "add the totals of the months that are missing to indicator_returns: 11 of the 12 that make the "
        "figure are there",
    ) in short


def test_what_is_counted_since_a_month_says_its_first_day_and_is_not_counted_before_the_history(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    found = marts.sql(
        "select la_code, indicator_id, period_start::varchar, value_status from fct_indicator_values "
        "where period_basis = 'since' and period_end = date '2025-03-31' and breakdown_type = 'all'"
    ).fetchall()
    starts = {(la_code, indicator): start for la_code, indicator, start, _ in found}
    statuses = {(la_code, indicator): status for la_code, indicator, _, status in found}

    assert starts["001", "cp_started"] == "2025-02-01"
    assert starts["003", "cp_started"] == "2024-06-01"
    assert starts["003", "cla_started"] == "2025-02-01"  # a date is read as its month
    assert statuses["003", "cla_missing_children"] == "calculated"
    assert statuses["002", "strategy_meetings"] == "derived"
    assert statuses["002", "strategy_after_assessment_pct"] == "not_submitted"
    assert "insufficient_history" in {statuses[la_code, "contacts_received"] for la_code in ("001", "003")}
    assert ("003", "s47_started") not in starts  # from a month to come
    by_basis = marts.sql(
        "select period_basis, count(period_start), count(*) from fct_indicator_values group by all"
    ).fetchall()
    assert all(starts == (0 if basis == "point_in_time" else rows) for basis, starts, rows in by_basis)


def test_the_parts_of_every_figure_are_those_of_a_second_opinion(published: WarehousePaths) -> None:
    with duckdb.connect(str(published.warehouse), read_only=True) as db:
        mine = db.sql("select * exclude (title, display_order) from restricted.restricted_parts").df()

    compared, different = differences(
        published, "2025-03", mine, theirs=parts(published.raw, published.reference, "2025-03")
    )

    assert set(mine.breakdown_type) == set(BREAKDOWNS)
    assert compared > 50_000
    assert different.empty, different.head(20).to_string()


def test_what_was_first_published_is_what_each_month_knew(
    published: WarehousePaths, marts: duckdb.DuckDBPyConnection
) -> None:
    first = marts.sql(
        """
        select * exclude (first_numerator, first_denominator, first_value, first_value_status),
            first_numerator as numerator, first_denominator as denominator, first_value as value,
            first_value_status as value_status
        from fct_indicator_revisions where first_value_status <> 'not_submitted'
        """
    ).df()
    held = first.value_status == "withheld"  # one invented return lost its rows in one month
    assert 0 < held.sum() < 0.02 * len(first)
    for month in MONTHS:
        mine = first[pd.to_datetime(first.period_end).dt.strftime("%Y-%m") == month]
        known = figures(published.raw, published.reference, month, [month])
        known = known[known.period_basis != "since"]  # which is not published as of a month
        _, different = differences(published, month, mine, answered_only=True, theirs=known)
        different = different[different.value_status_product != "withheld"]
        assert different.empty, different.head(20).to_string()


def test_the_questions_of_the_page_have_the_same_answers_from_every_file(
    published: WarehousePaths, marts: duckdb.DuckDBPyConnection
) -> None:
    asked = bi_questions.questions()
    release = published.current.resolve()
    files = (bi_questions.parquet_of(release), bi_questions.csv_of(release))

    answers = {one: bi_questions.as_answered(marts.execute(sql).fetchall()) for one, sql in asked.items()}

    assert len(answers) == 10
    assert sum(map(bool, answers.values())) >= 7  # no England, and a first release has changed nothing
    for db in files:
        assert {
            one: bi_questions.as_answered(db.execute(sql).fetchall()) for one, sql in asked.items()
        } == answers


def test_the_page_s_notebook_draws_the_figures_of_the_release(
    published: WarehousePaths, marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    [code] = [said for said in bi_questions.python() if "read_figures" in said]
    monkeypatch.chdir(published.release.parent)
    there: dict[str, Any] = {}
    exec(code, there)

    drawn = [row["value"] for row in next(iter(there["chart"].to_dict()["datasets"].values()))]
    counted = (
        "select value from fct_indicator_values where indicator_id = 'cp_open' and la_code in ('001', '002')"
    )
    assert drawn
    assert sorted(map(repr, drawn)) == sorted(repr(value) for (value,) in marts.sql(counted).fetchall())


def test_the_wide_rows_are_the_figures_with_nothing_lost_or_added(marts: duckdb.DuckDBPyConnection) -> None:
    """All of them: this world has fewer months than it keeps."""
    key = "la_code, indicator_id, period_basis, period_end, breakdown_type, breakdown_value"
    figure = f"{key}, numerator, denominator, value, value_status, month_state"
    wide, figures = f"select {figure} from rpt_wide", f"select {figure} from fct_indicator_values"
    assert marts.sql(f"{wide} except all {figures}").fetchall() == []
    assert marts.sql(f"{figures} except all {wide}").fetchall() == []
    scorecard = """
        select la_code, indicator_id, period_end, target_judgement, england_value, signal_judgement
        from rpt_scorecard where target_judgement in ('green', 'amber', 'red')
    """
    beside = """
        select la_code, indicator_id, period_end, rag_status, england_value, signal_judgement from rpt_wide
        where rag_status is not null and breakdown_type = 'all'
            and period_basis <> 'year_to_date' and period_basis <> 'quarter'
    """
    assert marts.sql(scorecard).fetchall()
    assert marts.sql(f"{scorecard} except {beside}").fetchall() == []


def test_invented_authorities_stand_beside_what_was_chosen_for_them(marts: duckdb.DuckDBPyConnection) -> None:
    """The mean of the other two, worked out from the figures of the release."""
    compared = marts.sql(
        """
        with figures as (
            select * from rpt_wide
            where indicator_id = 'icpc_15wd_pct' and period_basis = 'rolling_12_months'
                and breakdown_type = 'all' and denominator >= 10
        )
        select one.la_code, local_comparator, local_value, own_peers_value,
            (select avg(value) from figures as other
            where other.la_code <> one.la_code and other.period_end = one.period_end) as by_hand
        from figures as one
        where period_end = (select max(period_end) from figures) and month_state is not null
        """
    ).fetchall()

    assert compared
    for _, whose, typed, ours, by_hand in compared:
        assert (whose, typed) == ("England (invented)", 77.9)
        assert ours == pytest.approx(by_hand, abs=1e-9)


def test_the_release_is_the_same_in_every_form(
    published: WarehousePaths, marts: duckdb.DuckDBPyConnection
) -> None:
    manifest = json.loads((published.current / "manifest.json").read_text())
    names = [name for (name,) in marts.sql("select table_name from duckdb_tables()").fetchall()]

    assert {"fct_indicator_values", "dim_indicator", "dim_authority", "dim_period"} <= set(names)
    assert {"fct_submissions", "fct_benchmarks", "fct_indicator_revisions"} <= set(names)
    for name in names:
        [(rows,)] = marts.sql(f"select count(*) from {name}").fetchall()
        [(parquet,)] = duckdb.sql(
            f"select count(*) from '{published.current}/parquet/{name}.parquet'"
        ).fetchall()
        with (published.current / "csv" / f"{name}.csv").open(newline="") as file:
            written = sum(1 for _ in csv.reader(file)) - 1
        assert rows == parquet == written
        assert f"parquet/{name}.parquet" in manifest["files"]
    assert {"commit", "definitions_sha256", "run_id", "inputs", "checks", "reference"} <= set(manifest)
    assert all(len(i["sha256"]) == 64 for i in manifest["inputs"])
    assert {c["state"] for c in manifest["checks"] if c["is_blocking"]} == {"passed"}
    assert "crashed" not in {c["state"] for c in manifest["checks"]}


def test_no_child_enters_the_release(published: WarehousePaths) -> None:
    ids = set()
    for path in published.raw.glob("*/*/persons.csv"):
        ids |= set(pd.read_csv(path, dtype=str).pers_person_id)
    assert len(ids) > 100
    pseudonyms = set()
    for path in published.landing.glob("persons/*/*.parquet"):
        if "pers_person_id" in (landed := pq.read_table(path)).column_names:
            pseudonyms |= {one.hex for one in landed.column("pers_person_id").to_pylist()}
    assert len(pseudonyms) >= len(ids)  # what nothing after landing holds is looked for in vain

    held = b"".join(p.read_bytes() for p in published.current.resolve().rglob("*.csv"))
    cells = set(held.replace(b"\n", b",").replace(b'"', b"").split(b","))

    assert not {i.encode() for i in ids} & cells
    assert not pseudonyms & {cell.replace(b"-", b"").decode("utf-8", "replace") for cell in cells}


def test_every_column_of_a_mart_is_described_to_the_client(marts: duckdb.DuckDBPyConnection) -> None:
    bare = marts.sql(
        "select table_name, column_name from duckdb_columns() where not internal and comment is null"
    ).fetchall()

    assert bare == []


def test_explain_shows_the_figure_the_rule_and_what_is_behind_it(published: WarehousePaths) -> None:
    said = line_of_sight(
        "explain", "cp_subsequent_ever_pct", "--authority", "001", "--month", "2025-03",
        "--release", str(published.release), "--json",
    )  # fmt: skip
    answer = json.loads(said.stdout)

    bases = {f["period_basis"] for f in answer["figures"]}
    assert bases == {"month", "quarter", "year_to_date", "rolling_12_months"}
    assert [r["return_name"] for r in answer["returns"]] == ["cp_plans"]
    assert len(answer["returns"][0]["sha256"]) == 64
    assert answer["numerator_rule"]
    assert answer["checks"]


def test_a_scorecard_shows_every_indicator_once(published: WarehousePaths) -> None:
    said = line_of_sight("scorecard", "--authority", "001", "--release", str(published.release), "--json")
    rows = json.loads(said.stdout)["rows"]

    with (DBT_PROJECT / "seeds" / "indicator_catalogue.csv").open(newline="") as file:
        listed = sorted((int(row["display_order"]), row["indicator_id"]) for row in csv.DictReader(file))
    assert [r["indicator_id"] for r in rows] == [indicator_id for _, indicator_id in listed]


def test_a_refresh_with_nothing_new_publishes_the_same_tables(published: WarehousePaths) -> None:
    """The same ledger gives the same release; what is told of changes is all that differs."""

    def tables() -> dict[str, bytes]:
        folder = published.current.resolve()
        held = [*folder.glob("csv/*.csv"), *folder.glob("public/csv/*.csv")]
        return {str(f.relative_to(folder)): f.read_bytes() for f in held if f.stem != "fct_indicator_changes"}

    def kept() -> set[str]:
        return {file.name for file in published.first_published.iterdir()}

    before = tables(), kept()
    assert refresh(published).returncode == 0

    assert "public/csv/figures.csv" in before[0]
    assert (tables(), kept()) == before


def test_children_in_the_restricted_zone_are_closed_to_others(published: WarehousePaths) -> None:
    assert published.restricted.stat().st_mode & 0o777 == 0o700
    inside = [path for path in published.restricted.rglob("*") if not path.is_symlink()]
    assert [path for path in inside if path.stat().st_mode & 0o077] == []


def test_the_names_of_invented_authorities_reach_the_release(marts: duckdb.DuckDBPyConnection) -> None:
    rows = marts.sql("select la_code, la_name from dim_authority where is_invented").fetchall()
    assert {code for code, _ in rows} == {"001", "002", "003"}


def test_the_released_folder_is_a_link_to_a_numbered_one(published: WarehousePaths) -> None:
    assert published.current.is_symlink()
    assert Path(published.current.readlink()).parent.name == "releases"


def test_what_is_said_to_hang_together_does_in_what_was_counted_from_records(
    published: WarehousePaths,
) -> None:
    with duckdb.connect(str(published.warehouse), read_only=True) as db:
        base = long_table.read_base(db, "2025-03-31")
    of_a_year = set(base.loc[base["period_basis"] == "rolling_12_months", "indicator_id"])
    checked: dict[str, int] = {}
    for relation in relations.relations():
        if relation.kind == "same_count" and relation.indicator_id in of_a_year:
            continue  # of twelve months here, of which three were sent
        lies = _between_its_bounds(relation, base)
        checked[relation.kind] = checked.get(relation.kind, 0) + len(lies)
        # a near identity is one that readers may lean on: it holds mostly, and every other always
        assert lies.all() or (relation.kind in ("near", "hardly_more") and lies.mean() >= 0.5), (
            f"{relation.written}: {int((~lies).sum())} of {len(lies)}"
        )
    assert {kind for kind, count in checked.items() if not count} <= {"rate_over", "longer"}, checked


def _between_its_bounds(relation: relations.Relation, base: pd.DataFrame) -> pd.Series:
    """Of each authority and month with every term of a relation, whether the sum lies between its bounds."""
    sums = []
    for term in relation.terms:
        values = base[base["indicator_id"] == term.indicator_id]
        values = values[(values["breakdown"] == "all") != term.is_each_value]
        counted = "denominator" if term.side == "d" else "numerator"
        by_month = values.groupby(["la_code", "month"])[counted].sum(min_count=1)
        for back in term.months:
            shifted = by_month.rename(lambda month, by=back: month - by, level="month")
            sums.append(term.weight * shifted)
    whole = pd.concat(sums, axis=1).dropna().sum(axis=1)
    return whole.between(relation.least - 1e-6, relation.most + 1e-6)


def test_every_key_leads_to_its_dimension_and_every_code_is_one_of_its_words(
    published: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests tagged `contract`, which a refresh leaves out: the code promises what they hold."""
    monkeypatch.setenv("LINE_OF_SIGHT_WAREHOUSE", str(published.warehouse))
    where = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT)]
    quiet = ["--target-path", str(tmp_path), "--quiet", "--log-level-file", "none"]
    try:
        ended = dbtRunner().invoke(["test", "--select", dbt_build.CONTRACT_TESTS, *where, *quiet])
    finally:
        dbt_build._let_go()

    results = {r.node.name: str(r.status) for r in getattr(ended.result, "results", ())}
    assert len(results) > 80
    assert {name: status for name, status in results.items() if status != "pass"} == {}


def test_every_source_has_the_columns_that_it_is_said_to_have(published: WarehousePaths) -> None:
    sources = json.loads(dbt_build.manifest_path().read_text(encoding="utf-8"))["sources"].values()
    there: dict[tuple[str, str], set[str]] = {}
    with duckdb.connect(str(published.warehouse), read_only=True) as db:
        columns = db.sql("select schema_name, table_name, column_name from duckdb_columns()").fetchall()
    for schema, table, column in columns:
        there.setdefault((schema, table), set()).add(column)

    different = {
        source["unique_id"]: set(source["columns"]) ^ there.get((source["schema"], source["name"]), set())
        for source in sources
    }
    assert {name: more for name, more in different.items() if more} == {}
