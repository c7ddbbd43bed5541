"""Benchmarks from files made by hand, through the models as dbt builds them. The sums are worked here."""

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.support.benchmark_warehouse import build

pytestmark = pytest.mark.pipeline

PLACE = (
    "time_period,time_identifier,geographic_level,country_code,country_name,"
    "region_code,region_name,old_la_code,new_la_code,la_name"
)
REGION_OF = {"201": "E13000001", "202": "E13000001", "301": "E13000002", "302": "E13000002"}


def england(year: int, *cells: object) -> str:
    return ",".join([f"{year},Reporting year,National,E92000001,England,,,,,", *map(str, cells)])


def region(year: int, code: str, *cells: object) -> str:
    return ",".join(
        [f"{year},Reporting year,Regional,E92000001,England,{code},A region,,,", *map(str, cells)]
    )


def council(year: int, code: str, *cells: object) -> str:
    place = f"E92000001,England,{REGION_OF.get(code, 'E12000003')},A region,{code},E06999999,A name"
    return ",".join([f"{year},Reporting year,Local authority,{place}", *map(str, cells)])


def table(columns: str, *rows: str) -> str:
    return "\n".join([f"{PLACE},{columns}", *rows, ""])


C1 = "category,referral_count,rereferral_count,rereferral_percent"
AGE = "Children aged 0 to 17 years"
IN_WORK = '"Total in education, employment or training"'
AT_31_MARCH = "Children looked after on 31 March each year"
NINE = ["303", "304", "305", "306", "307", "308", "309", "310", "311"]

FILES: Mapping[str, str] = {
    # two releases of referrals; the older prints the rate
    "c1 of 2025.csv": table(
        C1,
        england(2025, "All", 630000, 142000, 22.5),
        region(2025, "E12000003", "All", 60000, 12000, 20),
        council(2025, "370", "All", 100, 10, 10),
        council(2025, "371", "All", 200, 40, 20),
        council(2025, "372", "All", 1234, 300, "c"),
        council(2025, "373", "All", 400, 160, 40),
        council(2025, "201", "All", 9, 9, 100),
        council(2025, "202", "All", 50, 6, 12),
        council(2025, "301", "All", 50, 8, 16),
    ),
    "c1 of 2024.csv": table(
        "category,Referrals,Referrals_rate,Re_referrals,Re_referrals_percent",
        council(2024, "370", "All", 100, 33.3, 10, 10),
        council(2024, "371", "All", 200, "u", 50, 25),
    ),
    # estimates of mid-2024 came out with the release of 2025, which has one more year than they
    "ons of 2024.csv": table(
        "age_group,population_estimate",
        england(2024, AGE, 12000000),
        council(2024, "370", AGE, 30000),
        council(2024, "372", AGE, 56789),
        council(2024, "373", AGE, "x"),
        council(2023, "370", AGE, 31000),
    ),
    "c6 of 2024.csv": table(
        "category,Referrals,April,May,June,July,August,September,October,November,December,January,February,March",
        council(2024, "370", "Month", 78, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "c"),
    ),
    "c2 of 2015.csv": table(
        "category,Assessments_completed,Same_day,1-10_days,11-20_days,21-30_days,31-40_days,41-45_days,46-50_days",
        council(2014, "370", "Duration", 10, 1, 1, 1, 1, 1, 1, 4),
        council(2015, "370", "Duration", 80, 1, 2, 3, 4, 5, 6, 59),
        council(2015, "371", "Duration", 80, 1, 2, "c", 4, 5, 6, 59),
        council(2015, "372", "Duration", 0, 0, 0, 0, 0, 0, 0, 0),
    ),
    # plans at 31 March stand in two tables of one release
    "d1 of 2024.csv": table(
        "category,CPP_start,CPP_end,CPP_At31,CPP_At31_rate", council(2024, "370", "Plans", 30, 20, 40, 13)
    ),
    "d5 of 2024.csv": table(
        "category,CPP_At31,2_years_or_more,2_years_or_more_percent",
        england(2024, "Plans", 50000, 1000, 2),
        council(2024, "370", "Plans", 41, 0, 0),
    ),
    "workforce.csv": table(
        "inpost_fte,agency_fte,vacancy_fte,vacancy_rate_fte,agency_rate_fte",
        council(2025, "940 / 941", 60, 20, 15.5, 30, 25),
        council(2025, "370", 90, 10, 5, 10, 10),
        council(2025, "371", 80, "low", 5, 20, "low"),
    ),
    "leavers.csv": table(
        "care_leaver_age,breakdown,care_leaver_count,care_leaver_percent",
        *(
            council(2025, code, age, kind, count, 1)
            for code, in_work in (("370", 30), ("371", "c"))
            for age, kind, count in (
                ("17 to 18 years", IN_WORK, in_work),
                ("19 to 21 years", IN_WORK, 50),
                ("17 to 18 years", "Total", 60),
                ("19 to 21 years", "Total", 100),
                ("19 to 21 years", "Total information not known", 7),
            )
        ),
    ),
    "adopted.csv": "\n".join(
        [
            "time_period,time_identifier,geographic_level,country_code,country_name,cla_group,"
            "stage_of_adoption_process,age_start_poc,number",
            *(
                f"2025,Reporting year,National,E92000001,England,Age,{stage},{age},{time}"
                for stage, age, time in (
                    (
                        "4. Total average time between entry into care and date placed for adoption",
                        "Total",
                        "01:03",
                    ),
                    (
                        "4. Total average time between entry into care and date placed for adoption",
                        "Aged 1",
                        "02:00",
                    ),
                    ("6. Total average time between entry into care and adoption", "Total", "02:01"),
                )
            ),
            "",
        ]
    ),
    # every council in every year, there or not; Dorset's code changes
    "looked after.csv": table(
        "population_type,population_estimate,children_count,rate_per_10000",
        england(2025, AT_31_MARCH, 12000000, 81000, 68),
        council(2018, "835", AT_31_MARCH, 1000, 40, 40),
        council(2018, "838", AT_31_MARCH, "x", "z", "z"),
        council(2025, "838", AT_31_MARCH, 1000, 50, 50),
        council(2025, "909", AT_31_MARCH, "x", "z", "z"),
        *(council(year, "302", AT_31_MARCH, 1000, 10, 10) for year in (2018, 2025)),
        *(council(year, code, AT_31_MARCH, 1000, 20, 20) for year in (2018, 2025) for code in NINE[:3]),
    ),
    "first release.csv": "\n".join(
        [
            "New_geog_code,geog_l,geog_c,geog_n,CLA_Mar2014,CLA_3Pla",
            "E92000001,NATIONAL,999,ENGLAND,68840,7520",
            "E12000007,REGION,I,OUTER LONDON,6000,600",
            "E08000016,LA,370,Barnsley,200,x",
            "E08000018,LA,372,Rotherham,400,50",
            "",
        ]
    ),
    "neighbours of 2021.csv": "\n".join(
        [
            "LA num," + ",".join(f"SN{rank}" for rank in range(1, 11)),
            "372,370,371,373,202,301,201,303,304,305,306",
            "301,838,302," + ",".join(NINE[:8]),
            "940,941,370,371," + ",".join(NINE[:7]),
            "",
        ]
    ),
}
LAIT = [
    ("CareLeaverEET", "2020", "48", 835),
    ("CareLeaverEET", "2020", "-", 838),
    ("CareLeaverEET", "2018", "44", 835),
    ("ReReferral", "2025", "10.1", 370),
    ("ReReferral", "2025", "93.900000000000006", 371),
    ("ReReferral", "2025", "22.5", 970),
    ("ReReferral", "2025", "18", 987),
    ("Work_Force_Vac_Rate", "2025", "30", 940),
    ("Work_Force_Vac_Rate", "2025", "30", 941),
]

Figure = tuple[object, ...]


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("benchmarks")
    reference = folder / "reference"
    reference.mkdir()
    for name, text in FILES.items():
        (reference / name).write_text(text)
    measures, years, values, numbers = zip(*LAIT, strict=True)
    long_table = {
        "Short Desc": measures,
        "Data item": measures,
        "Years": years,
        "LA and Regions": measures,
        "Values": values,
        "LA Number": pa.array(numbers, pa.float64()),
        "Region": measures,
    }
    pq.write_table(pa.table(long_table), reference / "lait.parquet")
    warehouse = build(reference, folder, ["372", "301", "940", "999"])
    with duckdb.connect(str(warehouse), read_only=True) as db:
        yield db


def figure(
    marts: duckdb.DuckDBPyConnection,
    columns: str,
    indicator_id: str,
    area_code: str,
    period_end: str,
    **also: object,
) -> Figure:
    """The one row of the indicator, area and period, at a point in time unless `also` says otherwise."""
    level = "authority" if len(area_code) == 3 else "england" if area_code == "E92000001" else "region"
    wanted = {
        "indicator_id": indicator_id,
        "area_code": area_code,
        "period_end": period_end,
        "period_basis": "point_in_time",
        "comparator": level,
    } | also
    found = marts.execute(
        f"select {columns} from marts.fct_benchmarks where "
        + " and ".join(f"{name} = ${name}" for name in wanted),
        wanted,
    ).fetchall()
    assert len(found) == 1, found
    return found[0]


YEAR = {"period_basis": "rolling_12_months"}
OF_2025 = YEAR | {"publication": "children_in_need", "release_year": 2025}


def test_a_rate_that_is_not_printed_is_rebuilt_unrounded_from_the_population_of_the_year_before(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "numerator, denominator, value, value_source, value_status"

    found = figure(marts, columns, "referrals_rate_10k", "372", "2025-03-31", **OF_2025)

    assert found == (1234, 56789, 1234 * 10000 / 56789, "rebuilt", "number")


def test_no_population_is_no_rate(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "numerator, value, value_status"

    assert figure(marts, columns, "referrals_rate_10k", "373", "2025-03-31", **OF_2025) == (
        400, None, "no_population"
    )  # fmt: skip


def test_a_rate_that_is_printed_stays_as_printed_and_a_symbol_is_not_worked_around(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "value, value_source, value_status"
    of_2024 = YEAR | {"publication": "children_in_need", "release_year": 2024}

    assert figure(marts, columns, "referrals_rate_10k", "370", "2024-03-31", **of_2024) == (
        33.3, "printed", "number"
    )  # fmt: skip
    assert figure(marts, columns, "referrals_rate_10k", "371", "2024-03-31", **of_2024) == (
        None, "printed", "low_reliability"
    )  # fmt: skip
    # 300 of 1,234 could be worked out, and is not
    assert figure(marts, columns, "re_referrals_12m_pct", "372", "2025-03-31", **OF_2025) == (
        None, "printed", "suppressed"
    )  # fmt: skip


def test_each_release_keeps_its_own_figure_and_its_day(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.sql(
        """
        select publication, release_year, published_on, value from marts.fct_benchmarks
        where indicator_id = 're_referrals_12m_pct' and area_code = '370' and comparator = 'authority'
            and period_basis = 'year_to_date'
        order by all
        """
    ).fetchall()

    assert found == [
        ("children_in_need", 2024, date(2024, 10, 31), 10),
        ("children_in_need", 2025, date(2025, 10, 31), 10),
        ("lait", 2025, date(2025, 5, 31), 10.1),
    ]


def test_a_release_that_the_list_does_not_know_comes_out_in_its_usual_month(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    [found] = marts.sql(
        "select distinct published_on from marts.fct_benchmarks where indicator_id = 'single_completed'"
    ).fetchall()

    assert found == (date(2015, 10, 31),)


def test_a_month_from_april_to_december_is_of_the_calendar_year_before(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns, month = "value, value_status", {"period_basis": "month"}

    assert figure(marts, columns, "referrals_received", "370", "2023-12-31", **month) == (9, "number")
    assert figure(marts, columns, "referrals_received", "370", "2024-01-31", **month) == (10, "number")
    assert figure(marts, columns, "referrals_received", "370", "2024-03-31", **month) == (None, "suppressed")


def test_bands_are_added_up_unless_one_is_hidden(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "numerator, denominator, value, value_status"

    # 1 + 2 + 3 + 4 + 5 + 6 = 21 of 80
    assert figure(marts, columns, "single_45wd_pct", "370", "2015-03-31", **YEAR) == (21, 80, 26.25, "number")
    assert figure(marts, columns, "single_45wd_pct", "371", "2015-03-31", **YEAR) == (
        None, 80, None, "suppressed"
    )  # fmt: skip
    assert figure(marts, columns, "single_45wd_pct", "372", "2015-03-31", **YEAR) == (0, 0, None, "no_cases")


def test_a_first_year_that_covered_a_part_of_councils_says_nothing(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "numerator, denominator, value, value_status"

    assert figure(marts, columns, "single_45wd_pct", "370", "2014-03-31", **YEAR) == (
        None, None, None, "partial_coverage"
    )  # fmt: skip


def test_of_two_tables_of_a_release_the_one_that_prints_the_rate_is_read(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "numerator, value, value_source"

    assert figure(marts, columns, "cp_rate_10k", "370", "2024-03-31") == (40, 13, "printed")
    # the other serves where the first has nothing: England's rate needs a population that is not there
    assert figure(marts, "numerator, value_status", "cp_rate_10k", "E92000001", "2024-03-31") == (
        50000, "no_population"
    )  # fmt: skip


def test_the_workforce_stands_on_30_september_and_councils_that_report_together_share_a_figure(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "value, value_status, joined_code"
    own = {"publication": "workforce"}

    for code in ("940", "941"):
        found = figure(marts, columns, "wf_vacancy_rate", code, "2025-09-30", **own)
        assert found == (30, "number", "940 / 941")
    assert figure(marts, columns, "wf_vacancy_rate", "370", "2025-09-30") == (10, "number", None)
    lait = figure(marts, columns, "wf_vacancy_rate", "941", "2025-09-30", publication="lait")
    assert lait == (30, "number", "940 / 941")


def test_what_rounds_to_zero_is_no_number_and_hides_the_share_it_is_part_of(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "value, value_status"

    assert figure(marts, columns, "wf_agency_fte", "371", "2025-09-30") == (None, "rounds_to_zero")
    assert figure(marts, columns, "wf_perm_agency_ratio", "371", "2025-09-30") == (None, "rounds_to_zero")
    # 60 of 60 + 20
    assert figure(marts, columns, "wf_perm_agency_ratio", "940", "2025-09-30") == (75, "number")


def test_two_ages_of_care_leavers_are_added_up_unless_one_is_hidden(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "numerator, denominator, value, value_status"

    # 30 + 50 of 60 + 100
    assert figure(marts, columns, "cl_eet_pct", "370", "2025-03-31") == (80, 160, 50, "number")
    assert figure(marts, columns, "cl_eet_pct", "371", "2025-03-31") == (None, 160, None, "suppressed")


def test_years_and_months_become_days(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "value, value_source"

    # one year and three months: 15 x 30.4375
    assert figure(marts, columns, "adopt_a1_days", "E92000001", "2025-03-31", **YEAR) == (
        456.5625, "converted"
    )  # fmt: skip


def test_an_authority_that_was_not_there_has_no_row(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.sql(
        """
        select area_code, period_end, value from marts.fct_benchmarks
        where indicator_id = 'cla_open' and publication = 'children_looked_after' and comparator = 'authority'
            and area_code in ('835', '838', '909')
        order by all
        """
    ).fetchall()

    assert found == [("835", date(2018, 3, 31), 40), ("838", date(2025, 3, 31), 50)]


def test_what_stands_under_an_earlier_code_after_its_end_is_its_one_successors(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    """LAIT has printed Dorset's figures under the code that ended in March 2019, and a dash under the new."""
    found = marts.sql(
        """
        select area_code, period_end, value from marts.fct_benchmarks
        where indicator_id = 'cl_eet_pct' and publication = 'lait' and comparator = 'authority'
        order by all
        """
    ).fetchall()

    assert found == [("835", date(2018, 3, 31), 44), ("838", date(2020, 3, 31), 48)]


def test_regions_of_lait_and_of_the_first_releases_go_by_their_ons_code(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    inner = figure(
        marts, "value", "re_referrals_12m_pct", "E13000001", "2025-03-31", publication="lait", **YEAR
    )
    outer = figure(marts, "value", "cla_open", "E13000002", "2014-03-31")

    assert inner == (18,)
    assert outer == (6000,)


def test_a_share_of_the_first_releases_is_rebuilt_where_x_does_not_hide_it(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "numerator, denominator, value, value_status"

    assert figure(marts, columns, "cla_3plus_placements_pct", "372", "2014-03-31") == (
        50, 400, 12.5, "number"
    )  # fmt: skip
    assert figure(marts, columns, "cla_3plus_placements_pct", "370", "2014-03-31") == (
        None, 200, None, "suppressed"
    )  # fmt: skip


def test_quartiles_are_of_councils_without_the_two_smallest(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "value, councils_used, lower_quartile_value, median_value, upper_quartile_value"

    # 10, 12, 16, 20 and 40; the City of London's 100 is left out, Rotherham's is hidden
    assert figure(marts, columns, "re_referrals_12m_pct", "E92000001", "2025-03-31", **OF_2025) == (
        22.5, 5, 12, 16, 20
    )  # fmt: skip
    # 10, 20 and 40
    assert figure(marts, columns, "re_referrals_12m_pct", "E12000003", "2025-03-31", **OF_2025) == (
        20, 3, 15, 20, 30
    )  # fmt: skip


def test_london_is_a_region_beside_its_two_parts_even_where_none_is_printed(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    columns = "value, value_status, councils_used, median_value"

    def of(code: str) -> Figure:
        return figure(marts, columns, "re_referrals_12m_pct", code, "2025-03-31", **OF_2025)

    assert of("E13000001") == (None, "not_published", 1, 12)
    assert of("E13000002") == (None, "not_published", 1, 16)
    assert of("E12000007") == (None, "not_published", 2, 14)


def test_councils_that_report_together_are_one_observation(marts: duckdb.DuckDBPyConnection) -> None:
    # 30, 10 and 20
    found = figure(
        marts,
        "councils_used, median_value",
        "wf_vacancy_rate",
        "E92000001",
        "2025-09-30",
        publication="workforce",
    )

    assert found == (3, 20)


def test_neighbours_are_an_unweighted_mean_of_those_with_a_value(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "value, value_status, neighbours_listed, neighbours_used, median_value"

    # 10 + 20 + 40 + 12 + 16 + 100 over six of the ten
    assert figure(
        marts, columns, "re_referrals_12m_pct", "372", "2025-03-31", comparator="neighbours_2021", **OF_2025
    ) == (33, "number", 10, 6, 18)


def test_a_mean_of_fewer_than_five_neighbours_is_marked(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "value, value_status, neighbours_used"
    lists = {"comparator": "neighbours_2021"}

    # 50, 10 and three times 20
    assert figure(marts, columns, "cla_open", "301", "2025-03-31", **lists) == (24, "number", 5)
    # 10 and three times 20: Dorset had another code
    assert figure(marts, columns, "cla_open", "301", "2018-03-31", **lists) == (17.5, "few_neighbours", 4)


def test_the_successor_rule_is_a_comparator_of_its_own_and_only_where_it_changes_a_list(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    found = marts.sql(
        """
        select area_code, period_end, value, neighbours_listed, neighbours_used from marts.fct_benchmarks
        where indicator_id = 'cla_open' and comparator = 'neighbours_2021_successors' and neighbours_used > 0
        order by all
        """
    ).fetchall()

    # 40 of Dorset's earlier code, 10 and three times 20
    assert found == [("301", date(2018, 3, 31), 22, 10, 5)]


def test_a_council_is_not_its_own_neighbour_within_a_figure_of_two(marts: duckdb.DuckDBPyConnection) -> None:
    columns = "value, neighbours_listed, neighbours_used"

    # West Northamptonshire's figure is North's too: Barnsley's 10 and Doncaster's 20 remain
    assert figure(
        marts,
        columns,
        "wf_vacancy_rate",
        "940",
        "2025-09-30",
        comparator="neighbours_2021",
        publication="workforce",
    ) == (15, 10, 2)


def test_neighbours_are_worked_out_for_those_who_report_here(marts: duckdb.DuckDBPyConnection) -> None:
    codes = marts.sql(
        "select distinct area_code from marts.fct_benchmarks where comparator like 'neighbours%' order by 1"
    ).fetchall()

    assert codes == [("301",), ("372",), ("940",)]


def test_what_nobody_publishes_says_so_and_what_is_not_loaded_too(marts: duckdb.DuckDBPyConnection) -> None:
    def coverage(indicator_id: str, basis: str) -> Figure:
        return marts.execute(
            "select status, reason, councils from marts.dim_benchmark_coverage "
            "where indicator_id = $indicator and period_basis = $basis",
            {"indicator": indicator_id, "basis": basis},
        ).fetchall()[0]

    assert coverage("re_referrals_12m_pct", "rolling_12_months") == ("published", None, 6)
    assert coverage("re_referrals_12m_pct", "month") == (
        "not_published", "Published once a year, and not on this basis.", 0
    )  # fmt: skip
    assert coverage("contacts_received", "month")[0] == "not_published"
    assert coverage("cla_dental_pct", "point_in_time") == (
        "not_loaded", "No file in reference/ holds a figure.", 0
    )  # fmt: skip
    assert (
        marts.sql(
            "from marts.dim_benchmark_coverage where status <> 'published' and reason is null"
        ).fetchall()
        == []
    )


def test_every_indicator_has_a_place_in_a_table_or_a_reason_why_not(marts: duckdb.DuckDBPyConnection) -> None:
    """And never both; and what each publication means stands beside each of its figures."""
    assert (
        marts.sql(
            """
        select indicator_id, count(*) from (
            select distinct indicator_id from seeds.benchmark_columns
            union all select indicator_id from seeds.benchmark_absences
        )
        group by indicator_id having count(*) <> 1
        union all
        select indicator_id, 0 from marts.dim_indicator
        where indicator_id not in (select indicator_id from seeds.benchmark_columns)
            and indicator_id not in (select indicator_id from seeds.benchmark_absences)
        """
        ).fetchall()
        == []
    )
    assert (
        marts.sql(
            "from marts.fct_benchmarks anti join marts.dim_benchmark using (indicator_id, publication)"
        ).fetchall()
        == []
    )


def test_there_is_a_value_where_the_status_says_so_and_nowhere_else(marts: duckdb.DuckDBPyConnection) -> None:
    assert (
        marts.sql(
            """
            from marts.fct_benchmarks
            where (value is not null) is distinct from (value_status in ('number', 'few_neighbours'))
            """
        ).fetchall()
        == []
    )
