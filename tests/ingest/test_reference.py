"""Reference files: what is read, what becomes a finding, and published figures come out as printed."""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from ingest.reference import lay_out_reference

Warehouse = duckdb.DuckDBPyConnection
REPOSITORY = Path(__file__).parents[2]
BENCHMARKS = REPOSITORY.parent / "shared" / "benchmarks"
PLACE = (
    "time_period,time_identifier,geographic_level,country_code,country_name,"
    "region_code,region_name,old_la_code,new_la_code,la_name"
)
ENGLAND = "{year},Reporting year,National,E92000001,England,,,,,"
AUTHORITY = "{year},Reporting year,Local authority,E92000001,England,E12000003,North,901,E06999901,Norbury"


def c1(year: int, *cells: str, columns: str = "referral_count,rereferral_count,rereferral_percent") -> str:
    rows = [
        ENGLAND.format(year=year) + ",All,1000,200,20",
        AUTHORITY.format(year=year) + ",All," + ",".join(cells),
    ]
    return "\n".join([f"{PLACE},category,{columns}", *rows, ""])


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir()
    return folder


def read(reference: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as db:
        db.execute("create schema reference")
        lay_out_reference(db, reference)
        return db.sql(sql).fetchall()


def test_no_reference_folder_is_no_figures_rather_than_an_error(tmp_path: Path) -> None:
    with duckdb.connect() as db:
        db.execute("create schema reference")
        lay_out_reference(db, tmp_path / "none")

        tables = db.sql("select table_name, estimated_size from duckdb_tables() order by 1").fetchall()
        assert [name for name, _ in tables] == [
            "authorities", "figures", "files", "findings", "named_periods", "neighbours", "population",
            "process_changes", "targets",
        ]  # fmt: skip
        assert not any(size for _, size in tables)


def test_a_symbol_is_a_status_and_never_a_number(reference: Path) -> None:
    (reference / "any name.csv").write_text(c1(2025, "c", "low", "0"))

    assert read(
        reference,
        "select column_name, cell, value, status from reference.figures where area_code = '901' order by 1",
    ) == [
        ("referral_count", "c", None, "suppressed"),
        ("rereferral_count", "low", None, "rounds_to_zero"),
        ("rereferral_percent", "0", 0.0, "number"),
    ]


@pytest.mark.parametrize(
    ("symbol", "status"),
    [
        ("x", "not_available"),
        ("z", "not_applicable"),
        ("u", "low_reliability"),
        ("k", "rounds_to_zero"),
        ("", "empty"),
    ],
)
def test_every_symbol_of_the_publication_format_has_a_meaning(
    reference: Path, symbol: str, status: str
) -> None:
    (reference / "c1.csv").write_text(c1(2025, "12", "3", symbol))

    found = read(
        reference, "select status from reference.figures where area_code = '901' and status <> 'number'"
    )
    assert found == [(status,)]


def test_two_releases_of_a_table_are_both_kept_though_its_columns_were_renamed(reference: Path) -> None:
    (reference / "a.csv").write_text(c1(2025, "12", "3", "25"))
    (reference / "b.csv").write_text(
        c1(2023, "11", "2", "18.2", columns="Referrals,Re_referrals,Re_referrals_percent")
    )

    assert read(
        reference, "select distinct table_id, release_year, filters from reference.figures order by 2"
    ) == [("c1", 2023, "category=All"), ("c1", 2025, "category=All")]


def test_the_same_table_with_other_line_ends_counts_once(reference: Path) -> None:
    text = c1(2025, "12", "3", "25")
    (reference / "a.csv").write_bytes(text.encode())
    (reference / "b.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert read(reference, "select file, outcome, cell_count from reference.files order by 1") == [
        ("a.csv", "read", 6),
        ("b.csv", "copy", 0),
    ]
    assert read(reference, "select count(*) from reference.figures") == [(6,)]


def test_two_files_that_tell_one_release_differently_leave_one_figure_and_a_finding(reference: Path) -> None:
    (reference / "a.csv").write_text(c1(2025, "12", "3", "25"))
    (reference / "b.csv").write_text(
        c1(2025, "12", "4", "33.3") + AUTHORITY.format(year=2024) + ",All,9,1,11.1\n"
    )

    assert read(
        reference,
        "select value from reference.figures "
        "where area_code = '901' and time_period = '2025' and column_name = 'rereferral_percent'",
    ) == [(33.3,)]
    assert read(reference, "select file, finding, reason from reference.findings") == [
        (
            "a.csv",
            "differs_from_another_file",
            "1 rows of this release stand elsewhere with other figures, and those are read",
        )
    ]


def test_a_cell_that_is_neither_number_nor_symbol_is_a_finding_that_does_not_quote_it(
    reference: Path,
) -> None:
    (reference / "c1.csv").write_text(
        c1(2025, "12", "3", "25?") + ENGLAND.format(year=2024) + ",All,9,1,11.1\n"
    )

    assert read(reference, "select value, status from reference.figures where cell = '25?'") == [
        (None, "unreadable")
    ]
    [finding] = read(reference, "from reference.findings")
    assert finding[:4] == ("c1.csv", 3, "rereferral_percent", "unreadable_cell")
    assert not any("25?" in str(part) for part in finding)


def test_a_file_that_cannot_be_read_is_a_finding_and_the_others_are_read(reference: Path) -> None:
    (reference / "c1.csv").write_text(c1(2025, "12", "3", "25"))
    (reference / "not utf-8.csv").write_bytes(
        c1(2025, "12", "3", "25").replace("Norbury", "Norb\u00fcry").encode("cp1252")
    )
    (reference / "open quote.csv").write_text(f'{PLACE},n\n2025,"Reporting')
    (reference / "sheet.xlsx").write_bytes(b"PK")
    (reference / "other.csv").write_text("a,b\n1,2\n")
    (reference / "link.csv").symlink_to(reference / "c1.csv")
    (reference / "population.csv").write_text("la_code,residents\n901,1\n")
    (reference / "twice.csv").write_text(f"{PLACE},n,N\n{ENGLAND.format(year=2025)},1,2\n")
    (reference / "no year.csv").write_text(f"{PLACE},n\n{ENGLAND.format(year='soon')},1\n")

    assert read(
        reference, "select file, finding, count(*) from reference.findings group by all order by 1"
    ) == [
        ("link.csv", "rejected_file", 1),
        ("no year.csv", "rejected_file", 1),
        ("not utf-8.csv", "rejected_file", 1),
        ("open quote.csv", "rejected_file", 1),
        ("other.csv", "unknown_file", 1),
        ("population.csv", "rejected_file", 1),
        ("sheet.xlsx", "unknown_file", 1),
        ("twice.csv", "rejected_file", 1),
    ]
    assert read(reference, "select count(*) from reference.figures") == [(6,)]


def test_our_own_population_goes_before_the_published_and_newer_estimates_before_older(
    reference: Path,
) -> None:
    (reference / "population.csv").write_text(
        'la_code,mid_year,population_0_17\n901,2023,"5,000"\n901,2022,x\n'
    )
    age = "Children aged 0 to 17 years"
    for newest, people in ((2023, 41), (2024, 42)):
        rows = [AUTHORITY.format(year=year) + f",{age},{people}00" for year in (2022, 2023, newest)]
        text = "\n".join([f"{PLACE},age_group,population_estimate", *dict.fromkeys(rows), ""])
        (reference / f"{newest}.csv").write_text(text)

    assert read(reference, "from reference.population order by mid_year") == [
        ("901", 2022, 4200, "ons_mid_year 2024"),
        ("901", 2023, 5000, "population.csv"),
        ("901", 2024, 4200, "ons_mid_year 2024"),
    ]
    assert read(
        reference, "select row_number, column_name, finding from reference.findings order by all"
    ) == [
        (3, "population_0_17", "required_cell_empty"),
        (3, "population_0_17", "unreadable_cell"),
    ]


def test_targets_and_invented_names_are_read_as_declared(reference: Path) -> None:
    (reference / "targets.csv").write_text(
        "la_code,indicator_id,from_date,target\nENG,wf_vacancy_rate,01/04/2024,12.5\n"
    )
    (reference / "authorities.csv").write_text("la_code,la_name\n901,Norbury\n")

    assert read(reference, "select la_code, from_date::varchar, target::double from reference.targets") == [
        ("ENG", "2024-04-01", 12.5)
    ]
    assert read(reference, "from reference.authorities") == [("901", "Norbury")]


def neighbour_list(header: str, rows: Sequence[str]) -> str:
    return "\n".join([header, *rows, ""])


def test_both_neighbour_lists_are_known_by_their_headings(reference: Path) -> None:
    of_2021 = [
        "901,Norbury,901,902,Close ,903,Not Close,",
        ",,,,,,,",
        ",Old SNs:,,,,,,",
        "904,Old,904,901,Close,-,,",
    ]
    (reference / "x.csv").write_text(neighbour_list("LA num,LA Name,LA number,SN1,SNP,SN2,SNP,", of_2021))
    of_2025 = ["901,Norbury,903,Close ,901,Close "]
    (reference / "y.csv").write_text(neighbour_list("old_la_code,la_name,SN_1,SN_1P,SN_2,SN_2P", of_2025))

    assert read(reference, "select * exclude (source_file_sha) from reference.neighbours order by all") == [
        (2021, "901", 1, "902"),
        (2021, "901", 2, "903"),
        (2021, "904", 1, "901"),
        (2025, "901", 1, "903"),
    ]
    assert read(
        reference, "select file, row_number, column_name, finding from reference.findings order by 1"
    ) == [
        ("x.csv", 5, "SN2", "unreadable_cell"),
        ("y.csv", 2, "SN_2", "unreadable_cell"),
    ]


# ---- against the published files


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published files under names that say nothing, built by dbt as a refresh builds them."""
    if not BENCHMARKS.is_dir():
        pytest.skip("not compared: the published DfE files are not in ../shared/benchmarks")
    folder = tmp_path_factory.mktemp("published")
    (folder / "reference").mkdir()
    for number, path in enumerate(sorted(_published())):
        shutil.copy(path, folder / "reference" / f"{number}.csv")
    target = folder / "warehouse.duckdb"
    with duckdb.connect(str(target)) as db:
        db.execute("create schema reference")
        db.execute("create schema ledger")
        db.execute("create table ledger.folders as select '2015-03' as reporting_month, '990' as la_code")
        lay_out_reference(db, folder / "reference")
    project = str(REPOSITORY / "dbt_project")
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "build"),
            *("--project-dir", project, "--profiles-dir", project),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--select", "authorities", "benchmark_columns", "published_statistics"),
            *("benchmark_releases", "stg_reference__figures"),
            *("stg_reference__neighbours", "dim_authority", "bridge_peer", "fct_benchmarks"),
        ],
        check=True,
        env=os.environ | {"LINE_OF_SIGHT_WAREHOUSE": str(target)},
    )
    with duckdb.connect(str(target), read_only=True) as db:
        yield db


def _published() -> list[Path]:
    tables = [f"ees_cin_*/{table}_*.csv" for table in ("c1", "c6", "ons")]
    lists = ["neighbours/*_Neighbour_*.csv", "neighbours/sn_model*.csv"]
    return [path for pattern in (*tables, *lists) for path in BENCHMARKS.glob(pattern)]


def _rereferral_percent(release: int, year: int) -> dict[str, float]:
    """A second reading of c1, by pandas: authority to percentage as printed, numbers only."""
    [path] = BENCHMARKS.glob(f"ees_cin_{release}/c1_*.csv")
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
    [column] = [c for c in table.columns if c.lower() in ("rereferral_percent", "re_referrals_percent")]
    rows = table[(table["time_period"] == str(year)) & (table["geographic_level"] == "Local authority")]
    values = pd.to_numeric(rows.set_index("old_la_code")[column], errors="coerce").dropna()
    return {str(code): float(value) for code, value in values.items()}


def test_england_2014_re_referrals_are_as_each_release_prints_them(
    warehouse: Warehouse,
) -> None:
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


def test_rotherhams_neighbours_of_2015_are_the_unweighted_mean_of_ten(
    warehouse: Warehouse,
) -> None:
    with next(BENCHMARKS.glob("neighbours/*_Neighbour_*.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    [own] = [row for row in rows if row[0] == "372"]
    listed = [
        cell for name, cell in zip(rows[0], own, strict=True) if name.startswith("SN") and name != "SNP"
    ]
    assert len(listed) == 10 and "372" not in listed

    found = warehouse.sql(
        """
        select release_year, value, neighbours_listed, neighbours_used, median_value
        from marts.fct_benchmarks
        where indicator_id = 're_referrals_12m_pct' and comparator = 'neighbours_2021' and area_code = '372'
            and period_basis = 'rolling_12_months' and period_end = date '2015-03-31'
        order by release_year
        """
    ).fetchall()

    assert [row[0] for row in found] == [2023, 2024, 2025]
    for release, value, listed_count, used, median in found:
        percents = pd.Series({la: p for la, p in _rereferral_percent(release, 2015).items() if la in listed})
        assert (listed_count, used) == (10, len(percents)) == (10, 10)
        assert value == pytest.approx(percents.mean(), abs=1e-9) == 23.65
        assert median == pytest.approx(percents.median(), abs=1e-9)


def test_the_months_of_every_authority_add_up_to_its_year(warehouse: Warehouse) -> None:
    """April to December stand under the year that ends in March; one misplaced would break the sums."""
    compared = warehouse.sql(
        """
        with years as (
            select area_code, release_year, period_end, value
            from marts.fct_benchmarks
            where indicator_id = 'referrals_received' and comparator = 'authority'
                and period_basis = 'rolling_12_months' and release_year = 2024 and value is not null
        ),
        months as (
            select years.area_code, years.period_end, years.value as year_value, sum(fct.value) as month_value
            from years
            join marts.fct_benchmarks as fct
                on years.area_code = fct.area_code
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


def test_a_rate_that_is_no_longer_printed_is_rebuilt_as_it_was(warehouse: Warehouse) -> None:
    """Where the count has not been revised, the rebuilt rate rounds to the last one printed."""
    compared = warehouse.sql(
        """
        select count(*), count_if(abs(rebuilt.value - printed.value) > 0.05 + 1e-9)
        from marts.fct_benchmarks as rebuilt
        join marts.fct_benchmarks as printed
            using (indicator_id, period_basis, period_end, comparator, area_code, numerator)
        where indicator_id = 'referrals_rate_10k' and comparator = 'authority' and year(period_end) <= 2022
            and rebuilt.release_year = 2025 and rebuilt.value_source = 'rebuilt' and rebuilt.value is not null
            and printed.release_year = 2024 and printed.value_source = 'printed' and printed.value is not null
        """
    ).fetchone()

    assert compared is not None
    count, differing = compared
    assert count > 1000
    assert differing == 0


def test_a_council_is_never_its_own_neighbour_and_unknown_folders_are_named_by_their_code(
    warehouse: Warehouse,
) -> None:
    own = warehouse.table("marts.bridge_peer").filter(
        "comparator like 'neighbours%' and la_code = peer_la_code"
    )
    assert own.fetchall() == []
    named = warehouse.table("marts.dim_authority").filter("la_code in ('372', '990')").order("la_code")
    assert named.project("la_name, is_invented").fetchall() == [("Rotherham", False), ("990", True)]
