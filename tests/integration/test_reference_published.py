"""The published files themselves, read a second time by pandas: what the benchmarks say is what was printed.

Needs ../shared/benchmarks; the files are copied under names that say nothing, as a council may keep them.
"""

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import duckdb
import numpy as np
import pandas as pd
import pytest

from tests.conftest import SHARED
from tests.support.benchmark_warehouse import build

pytestmark = pytest.mark.pipeline

Warehouse = duckdb.DuckDBPyConnection
BENCHMARKS = SHARED / "benchmarks"
COUNCILS = ("206", "372", "838", "884", "941")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    if not BENCHMARKS.is_dir():
        pytest.skip("not compared: the published DfE files are not in ../shared/benchmarks")
    folder = tmp_path_factory.mktemp("published")
    (folder / "reference").mkdir()
    for number, path in enumerate(sorted(path for path in BENCHMARKS.rglob("*") if path.is_file())):
        shutil.copyfile(path, folder / "reference" / f"{number}{path.suffix}")
    with duckdb.connect(str(build(folder / "reference", folder, COUNCILS)), read_only=True) as db:
        yield db


# ---- a second reading


@dataclass(frozen=True)
class Column:
    """One column of one file: where an indicator's figure is printed."""

    indicator_id: str
    publication: str
    release: int
    file: str
    name: str
    rows: dict[str, str] = field(default_factory=dict)
    basis: str = "point_in_time"
    month: int = 3
    is_count: bool = False  # else a printed value

    def __str__(self) -> str:
        return f"{self.indicator_id} of {self.file}"


YEAR = "rolling_12_months"
CIN, CLA, STAFF = "children_in_need", "children_looked_after", "workforce"
ON_31_MARCH = {"population_type": "Children looked after on 31 March each year"}
AT_31_MARCH = {"population_count": "Children looked after at 31 March each year"}
THREE = {"placement_stability": "With 3 or more placements during the year"}
PRINTED = (
    Column("referrals_received", CIN, 2025, "ees_cin_2025/c1_*", "referral_count", basis=YEAR, is_count=True),
    Column("referrals_rate_10k", CIN, 2023, "ees_cin_2023/c1_*", "Referrals_rate", basis=YEAR),
    Column("referrals_rate_10k", CIN, 2024, "ees_cin_2024/c1_*", "Referrals_rate", basis=YEAR),
    Column("re_referrals_12m_pct", CIN, 2023, "ees_cin_2023/c1_*", "Re_referrals_percent", basis=YEAR),
    Column("re_referrals_12m_pct", CIN, 2025, "ees_cin_2025/c1_*", "rereferral_percent", basis=YEAR),
    Column("referrals_nfa_pct", CIN, 2025, "ees_cin_2025/c1_*", "no_further_action_percent", basis=YEAR),
    Column("cin_open", CIN, 2023, "ees_cin_2023/b1_*", "At31_episodes", is_count=True),
    Column("cin_rate_10k", CIN, 2024, "ees_cin_2024/b1_*", "At31_episodes_rate"),
    Column("s47_started", CIN, 2025, "ees_cin_2025/c4_*", "Section47", basis=YEAR, is_count=True),
    Column("s47_rate_10k", CIN, 2024, "ees_cin_2024/c4_*", "Section47_rate", basis=YEAR),
    Column("cp_started", CIN, 2024, "ees_cin_2024/d1_*", "CPP_start", basis=YEAR, is_count=True),
    Column("cp_ended", CIN, 2024, "ees_cin_2024/d1_*", "CPP_end", basis=YEAR, is_count=True),
    Column("cp_open", CIN, 2025, "ees_cin_2025/d5_*", "CPP_At31", is_count=True),
    Column("cp_rate_10k", CIN, 2024, "ees_cin_2024/d1_*", "CPP_At31_rate"),
    Column("cp_subsequent_ever_pct", CIN, 2025, "ees_cin_2025/d3_*", "CPP_subsequent_percent", basis=YEAR),
    Column("cp_2y_open_pct", CIN, 2025, "ees_cin_2025/d5_*", "2_years_or_more_percent"),
    Column("cp_2y_closed_pct", CIN, 2024, "ees_cin_2024/d7_*", "2_years_or_more_percent", basis=YEAR),
    Column(
        "cp_reviews_children_intime_pct", CIN, 2024, "ees_cin_2024/d6_*", "Reviewed_within_timescales_percent"
    ),
    Column("cla_open", CLA, 2023, "ees_cla_2023/cla_number*", "number", AT_31_MARCH, is_count=True),
    Column("cla_open", CLA, 2025, "ees_cla_2025/cla_number*", "children_count", ON_31_MARCH, is_count=True),
    Column("cla_rate_10k", CLA, 2025, "ees_cla_2025/cla_number*", "rate_per_10000", ON_31_MARCH),
    Column("cla_3plus_placements_pct", CLA, 2024, "ees_cla_2024/la_cla_pl*", "percentage", THREE),
    Column("wf_vacancy_rate", STAFF, 2022, "ees_csww_2022/csww*", "vacancy_rate_fte_%", month=9),
    Column("wf_vacancy_rate", STAFF, 2025, "ees_csww_2025/csww*", "vacancy_rate_fte", month=9),
    Column("wf_caseload_avg", STAFF, 2024, "ees_csww_2024/csww*", "caseload_fte", month=9),
    Column("wf_turnover_rate", STAFF, 2023, "ees_csww_2023/csww*", "turnover_rate_fte", month=9, basis=YEAR),
)
MEANINGS = {
    "c": "suppressed", "x": "not_available", "z": "not_applicable", "u": "low_reliability",
    "k": "rounds_to_zero", "low": "rounds_to_zero",
}  # fmt: skip


@cache
def cells(pattern: str) -> pd.DataFrame:
    [path] = BENCHMARKS.glob(f"{pattern}.csv")
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def second_reading(column: Column) -> dict[tuple[str, int], str]:
    """Area and year to the cell as printed; a figure of two councils under each of their codes."""
    table = cells(column.file)
    for name, wanted in column.rows.items():
        table = table[table[name] == wanted]
    found: dict[tuple[str, int], str] = {}
    for _, row in table.iterrows():
        code = row["old_la_code"] or row["region_code"] or row["country_code"]
        for one in code.split(" / "):
            found[one, int(row["time_period"])] = row[column.name]
    return found


@pytest.mark.parametrize("column", PRINTED, ids=str)
def test_a_benchmark_is_what_was_printed(warehouse: Warehouse, column: Column) -> None:
    found = {
        (area, year): (value, status)
        for area, year, value, status in warehouse.execute(
            """
            select area_code, year(period_end), value, value_status from marts.fct_benchmarks
            where indicator_id = $indicator and publication = $publication and release_year = $release
                and period_basis = $basis and month(period_end) = $month
                and comparator in ('england', 'region', 'authority')
            """,
            {
                "indicator": column.indicator_id,
                "publication": column.publication,
                "release": column.release,
                "basis": column.basis,
                "month": column.month,
            },
        ).fetchall()
    }
    expected = {
        key: (None, MEANINGS[cell]) if cell in MEANINGS else (float(cell), "number")
        for key, cell in second_reading(column).items()
    }
    # a row for an authority that was not there that year says z or x and becomes nothing
    left_out = expected.keys() - found.keys()
    assert {expected[key][1] for key in left_out} <= {"not_applicable", "not_available"}
    assert {code for code, _ in left_out} <= {
        "835",
        "836",
        "837",
        "838",
        "839",
        "909",
        "928",
        "940",
        "941",
        "942",
        "943",
    }
    assert found == {key: value for key, value in expected.items() if key not in left_out}
    assert len(found) > 300


def test_rates_of_2025_are_rebuilt_from_the_count_and_the_estimate_of_the_year_before(
    warehouse: Warehouse,
) -> None:
    counts = second_reading(PRINTED[0])
    people = second_reading(Column("population", CIN, 2025, "ees_cin_2025/ons*", "population_estimate"))
    expected = {
        (area, year): Fraction(int(count) * 10000, int(people[area, year - 1]))
        for (area, year), count in counts.items()
        if count.isdigit() and people[area, year - 1].isdigit()
    }

    found = warehouse.sql(
        """
        select area_code, year(period_end), value from marts.fct_benchmarks
        where indicator_id = 'referrals_rate_10k' and publication = 'children_in_need' and release_year = 2025
            and value_source = 'rebuilt' and value is not null
        """
    ).fetchall()

    assert {(area, year) for area, year, _ in found} == set(expected)
    assert max(abs(Fraction(value) - expected[area, year]) for area, year, value in found) < Fraction(
        1, 10**9
    )
    assert len(found) > 2000


def test_a_rate_that_is_no_longer_printed_is_rebuilt_as_it_was(warehouse: Warehouse) -> None:
    """Where the count has not been revised, the rebuilt rate rounds to the last one printed."""
    count, differing = warehouse.sql(
        """
        select count(*), count_if(abs(rebuilt.value - printed.value) > 0.05 + 1e-9)
        from marts.fct_benchmarks as rebuilt
        join marts.fct_benchmarks as printed
            using (indicator_id, period_basis, period_end, comparator, area_code, publication, numerator)
        where indicator_id = 'referrals_rate_10k' and comparator = 'authority' and year(period_end) <= 2022
            and rebuilt.release_year = 2025 and rebuilt.value_source = 'rebuilt' and rebuilt.value is not null
            and printed.release_year = 2024 and printed.value_source = 'printed' and printed.value is not null
        """
    ).fetchone() or (0, 0)

    assert count > 1000
    assert differing == 0


def test_the_months_of_every_authority_add_up_to_its_year(warehouse: Warehouse) -> None:
    """April to December stand under the year that ends in March; one misplaced would break the sums."""
    compared = warehouse.sql(
        """
        with years as (
            select area_code, publication, release_year, period_end, value
            from marts.fct_benchmarks
            where indicator_id = 'referrals_received' and comparator = 'authority'
                and publication = 'children_in_need'
                and period_basis = 'rolling_12_months' and release_year = 2024 and value is not null
        ),
        months as (
            select years.area_code, years.period_end, years.value as year_value, sum(fct.value) as month_value
            from years
            join marts.fct_benchmarks as fct
                on years.area_code = fct.area_code and years.publication = fct.publication
                and fct.indicator_id = 'referrals_received' and fct.comparator = 'authority'
                and fct.period_basis = 'month' and fct.release_year = years.release_year
                and fct.period_end > years.period_end - interval 1 year and fct.period_end <= years.period_end
            group by all
            having count(fct.value) = 12
        )
        select
            count(*), count_if(month_value <> year_value),
            min(period_end)::varchar, max(period_end)::varchar
        from months
        """
    ).fetchone()

    assert compared == (1785, 0, "2013-03-31", "2024-03-31")


def test_england_2014_re_referrals_are_as_each_release_prints_them(warehouse: Warehouse) -> None:
    found = warehouse.sql(
        """
        select release_year, numerator, denominator, value, value_source, value_status
        from marts.fct_benchmarks
        where indicator_id = 're_referrals_12m_pct' and comparator = 'england'
            and period_basis = 'rolling_12_months' and period_end = date '2014-03-31'
        order by release_year
        """
    ).fetchall()

    # first published as 23.4 (SFR43/2014); every release since explore-education-statistics says 23.5
    assert found == [(release, 154800, 657780, 23.5, "printed", "number") for release in (2023, 2024, 2025)]


# ---- neighbours and quartiles


def listed(la_code: str) -> list[str]:
    [path] = BENCHMARKS.glob("neighbours/*_Neighbour_*.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    [own] = [row for row in rows if row[0] == la_code]
    return [cell for name, cell in zip(rows[0], own, strict=True) if name.startswith("SN") and name != "SNP"]


@pytest.mark.parametrize("la_code", COUNCILS)
@pytest.mark.parametrize("column", PRINTED[:6] + PRINTED[14:16] + PRINTED[20:23], ids=str)
def test_neighbours_are_the_unweighted_mean_and_median_of_those_with_a_number(
    warehouse: Warehouse, la_code: str, column: Column
) -> None:
    neighbours = listed(la_code)
    assert len(neighbours) == 10 and la_code not in neighbours
    values = {key: float(cell) for key, cell in second_reading(column).items() if cell not in MEANINGS}

    found = warehouse.execute(
        """
        select year(period_end), value, median_value, neighbours_listed, neighbours_used, value_status
        from marts.fct_benchmarks
        where indicator_id = $indicator and publication = $publication and release_year = $release
            and period_basis = $basis and area_code = $la_code and comparator = 'neighbours_2021'
        """,
        {
            "indicator": column.indicator_id,
            "publication": column.publication,
            "release": column.release,
            "basis": column.basis,
            "la_code": la_code,
        },
    ).fetchall()

    assert len(found) >= 5
    for year, mean, median, listed_count, used, status in found:
        # North Northamptonshire is West's neighbour, and their workforce is one figure
        own = "940" if (la_code, column.publication) == ("941", STAFF) and column.release > 2022 else ""
        there = pd.Series(
            [values[code, year] for code in neighbours if (code, year) in values and code != own]
        )
        assert (listed_count, used) == (10, len(there))
        assert status == ("few_neighbours" if len(there) < 5 else "number")
        assert mean == pytest.approx(there.mean(), abs=1e-9)
        assert median == pytest.approx(there.median(), abs=1e-9)


def test_rotherhams_neighbours_of_2022_lose_doncaster_in_the_later_release(warehouse: Warehouse) -> None:
    found = warehouse.sql(
        """
        select release_year, round(value, 2), neighbours_used from marts.fct_benchmarks
        where indicator_id = 'cp_subsequent_ever_pct' and comparator = 'neighbours_2021' and area_code = '372'
            and publication = 'children_in_need' and period_basis = 'rolling_12_months'
            and period_end = date '2022-03-31'
        order by release_year
        """
    ).fetchall()

    assert found == [(2023, 29.83, 10), (2024, 29.83, 10), (2025, 22.03, 9)]


def test_quartiles_of_england_are_those_of_its_councils(warehouse: Warehouse) -> None:
    column = PRINTED[4]
    values = [
        float(cell)
        for (code, year), cell in second_reading(column).items()
        if year == 2025 and len(code) == 3 and code not in ("201", "420") and cell not in MEANINGS
    ]

    found = warehouse.sql(
        """
        select councils_used, lower_quartile_value, median_value, upper_quartile_value
        from marts.fct_benchmarks
        where indicator_id = 're_referrals_12m_pct' and comparator = 'england' and release_year = 2025
            and publication = 'children_in_need' and period_basis = 'rolling_12_months'
            and period_end = date '2025-03-31'
        """
    ).fetchone()

    assert found == (len(values), *(pytest.approx(q) for q in np.percentile(values, [25, 50, 75])))


# ---- the older and the copied


@pytest.mark.parametrize("year", range(2011, 2018))
def test_first_releases_are_of_the_year_they_were_published_for(warehouse: Warehouse, year: int) -> None:
    """Each of the three files of a year, at every level; x is suppressed there."""
    letters = dict(zip("ABCDEFGJK", (f"E1200000{n}" for n in range(1, 10)), strict=True))
    letters |= {"999": "E92000001", "H": "E13000001", "I": "E13000002"}
    for subject, indicator, basis in (
        ("CLA", "cla_open", "point_in_time"),
        ("ADM", "cla_started", YEAR),
        ("CEA", "cla_ceased", YEAR),
    ):
        [path] = BENCHMARKS.glob(f"sfr_cla_legacy/{year}/*{subject}*.csv")
        table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
        first = table.columns[list(table.columns).index("geog_n") + 1]
        expected = {
            letters.get(code, code): (None, "suppressed") if cell == "x" else (float(cell), "number")
            for code, cell in zip(table["geog_c"], table[first], strict=True)
        }

        found = warehouse.execute(
            """
            select area_code, value, value_status from marts.fct_benchmarks
            where indicator_id = $indicator and publication = 'children_looked_after' and release_year = $year
                and year(period_end) = $year and period_basis = $basis and comparator not like 'neighbours%'
            """,
            {"indicator": indicator, "year": year, "basis": basis},
        ).fetchall()

        assert {area: (value, status) for area, value, status in found} == expected


@pytest.mark.parametrize("folder", ["lait_2025-05", "lait_2026-04"])
@pytest.mark.parametrize(
    ("indicator", "measure", "basis"),
    [
        ("re_referrals_12m_pct", "ReReferral", YEAR),
        ("cp_rate_10k", "CPP_rate", "point_in_time"),
        ("cla_dental_pct", "LACDental%", "point_in_time"),
        ("wf_vacancy_rate", "Work_Force_Vac_Rate", "point_in_time"),
    ],
)
def test_lait_is_read_as_it_stands(
    warehouse: Warehouse, folder: str, indicator: str, measure: str, basis: str
) -> None:
    table = pd.read_parquet(BENCHMARKS / folder / "bds_long_0.parquet")
    table = table[(table["Short Desc"] == measure) & (table["LA Number"] < 970)]
    numbers = table.assign(value=pd.to_numeric(table["Values"], errors="coerce")).dropna(subset=["value"])
    expected = {
        (str(int(code)), int(year)): round(value, 6)
        for code, year, value in zip(numbers["LA Number"], numbers["Years"], numbers["value"], strict=True)
    }

    found = warehouse.execute(
        """
        select area_code, year(period_end), value from marts.fct_benchmarks
        where indicator_id = $indicator and publication = 'lait' and comparator = 'authority'
            and release_year = $release and period_basis = $basis and value is not null
        """,
        {"indicator": indicator, "release": int(folder[5:9]), "basis": basis},
    ).fetchall()

    assert {(area, year): value for area, year, value in found} == expected
    assert len(expected) > 1000


def test_lait_says_of_each_measure_the_same_kind_of_year_as_the_map(warehouse: Warehouse) -> None:
    found = warehouse.sql(
        """
        select columns_read.period_rule, measures.year_type, count(*)
        from seeds.benchmark_columns as columns_read
        left join reference.measures
            on lower(measures.column_name) = coalesce(value_columns, numerator_columns)
        where columns_read.table_id = 'lait'
        group by all order by all
        """
    ).fetchall()

    assert [(rule, kind) for rule, kind, _ in found] == [
        ("year_to_30_september", "Annual (end of Sept)"),
        ("year_to_31_march", "Annual"),
        ("year_to_31_march", "Financial Year"),
    ]


def test_every_cell_is_counted(warehouse: Warehouse) -> None:
    """Rows and columns of three files, counted by hand; LAIT has a row for a cell."""
    counted = dict(
        warehouse.sql(
            """
            select table_id || ' ' || release_year, sum(statuses.cell_count)::int
            from reference.files join reference.statuses using (file) where outcome = 'read' group by 1
            """
        ).fetchall()
    )

    assert counted["c1 2025"] == 2132 * 10
    assert counted["c6 2024"] == 1967 * 13
    assert (counted["lait 2025"], counted["lait 2026"]) == (598740, 641070)
    assert warehouse.sql(
        "select sum(cell_count) = (select sum(cell_count) from reference.statuses) from reference.files"
    ).fetchone() == (True,)


def test_two_tables_of_a_release_that_print_one_count_agree_but_for_west_sussex(
    warehouse: Warehouse,
) -> None:
    """The map reads one of them; that it does not matter which is looked at here.

    Of plans at 31 March 2013 the tables of 2024 print 424 (d1) and 379 (d5) for West Sussex, and its region
    and England differ by as much.
    """
    twice = """
        with plans as (
            select table_id, release_year, period_year, printed_code, column_name, value
            from staging.stg_reference__figures
            where value is not null and column_name in ('cpp_start', 'cpp_at31', 'cpp_end')
        ),
        twice as (
            select column_name, period_year, printed_code, one.value as one, other.value as other
            from plans as one
            join plans as other using (column_name, release_year, period_year, printed_code)
            where one.table_id < other.table_id
        )
    """

    compared = warehouse.sql(
        f"{twice} select column_name, count(*) from twice group by 1 order by 1"
    ).fetchall()
    different = warehouse.sql(f"{twice} from twice where one <> other order by printed_code").fetchall()

    assert [name for name, _ in compared] == ["cpp_at31", "cpp_end", "cpp_start"]
    assert all(count > 1500 for _, count in compared)
    assert different == [
        ("cpp_at31", 2013, "938", 424, 379),
        ("cpp_at31", 2013, "E12000008", 6050, 6010),
        ("cpp_at31", 2013, "E92000001", 43190, 43140),
    ]


def test_there_is_a_value_where_the_status_says_so_and_nowhere_else(warehouse: Warehouse) -> None:
    assert warehouse.sql(
        """
        select count(*) from marts.fct_benchmarks
        where (value is not null) is distinct from (value_status in ('number', 'few_neighbours'))
        """
    ).fetchone() == (0,)


def test_a_council_is_never_its_own_neighbour(warehouse: Warehouse) -> None:
    own = warehouse.table("marts.bridge_peer").filter(
        "comparator like 'neighbours%' and la_code = peer_la_code"
    )
    assert own.fetchall() == []
