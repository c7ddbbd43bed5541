"""Reference files, made by hand: what is read, what becomes a finding, and what a cell is read as."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ingest.reference import load_reference

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


def read(reference: Path, sql: str, cache: Path | None = None) -> list[tuple[object, ...]]:
    with duckdb.connect() as db:
        db.execute("create schema reference")
        load_reference(db, reference, cache)
        return db.sql(sql).fetchall()


def test_no_reference_folder_is_no_figures_rather_than_an_error(tmp_path: Path) -> None:
    with duckdb.connect() as db:
        db.execute("create schema reference")
        load_reference(db, tmp_path / "none")

        tables = db.sql("select table_name, estimated_size from duckdb_tables() order by 1").fetchall()
        assert [name for name, _ in tables] == [
            "actions", "authorities", "commentary", "comparators", "figures", "files", "findings",
            "measures", "named_periods", "neighbours", "peers", "population", "process_changes",
            "statuses", "targets",
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
        ("not utf-8.csv", "encoding_noted", 1),
        ("open quote.csv", "rejected_file", 1),
        ("other.csv", "unknown_file", 1),
        ("population.csv", "rejected_file", 1),
        ("sheet.xlsx", "rejected_file", 1),
        ("twice.csv", "rejected_file", 1),
    ]
    assert read(reference, "select count(*) from reference.figures") == [(6,)]


def test_our_own_population_goes_before_the_published_and_newer_estimates_before_older(
    reference: Path,
) -> None:
    (reference / "authorities.csv").write_text("la_code,la_name\n901,Norbury\n")
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
        "905,Older,905,905,Close,9O1,,",
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
        reference, "select file, row_number, column_name, finding from reference.findings order by all"
    ) == [
        ("x.csv", 6, "SN1", "unreadable_cell"),
        ("x.csv", 6, "SN2", "unreadable_cell"),
        ("y.csv", 2, "SN_2", "unreadable_cell"),
    ]


def test_a_workbook_of_neighbours_is_read_below_its_other_headings(reference: Path) -> None:
    book = xlsxwriter.Workbook(str(reference / "list.xlsx"))
    sheet = book.add_worksheet()
    rows = [["A", "B", "C"], [1, 2, 3], ["LA num", "SN1", "SN2"], [901, 902, 903], [942, "-", "-"]]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()

    assert read(reference, "select * exclude (source_file_sha) from reference.neighbours order by all") == [
        (2021, "901", 1, "902"),
        (2021, "901", 2, "903"),
    ]
    assert read(reference, "from reference.findings") == []


def test_a_list_in_which_cumberland_has_neighbours_is_of_2025_whatever_its_headings(reference: Path) -> None:
    (reference / "list.csv").write_text(neighbour_list("LA num,SN1,SN2", ["942,901,902", "901,902,942"]))

    assert read(reference, "select distinct model_year from reference.neighbours") == [(2025,)]


def test_a_second_list_of_one_model_is_a_finding_only_where_it_says_otherwise(reference: Path) -> None:
    (reference / "a.csv").write_text(neighbour_list("LA num,SN1,SN2", ["901,902,903", "904,902,903"]))
    (reference / "b.csv").write_text(
        neighbour_list("LA num,SN1,SN2,", ["901,902,903,", "904,903,902,", "905,901,902,"])
    )

    assert read(reference, "select la_code, neighbour_la_code from reference.neighbours order by all") == [
        ("901", "902"), ("901", "903"), ("904", "902"), ("904", "903"), ("905", "901"), ("905", "902"),
    ]  # fmt: skip
    assert read(reference, "select file, finding, left(reason, 13) from reference.findings") == [
        ("b.csv", "differs_from_another_file", "1 authorities")
    ]


def test_ten_months_is_not_ten_past_midnight(reference: Path) -> None:
    (reference / "adopted.csv").write_text(
        "time_period,time_identifier,geographic_level,country_code,country_name,cla_group,"
        "stage_of_adoption_process,age_start_poc,number\n"
        "2025,Reporting year,National,E92000001,England,Age,1. Average time,Total,00:10\n"
        "2025,Reporting year,National,E92000001,England,Age,1. Average time,Aged 1,02:03\n"
    )

    assert read(reference, "select cell, value, status from reference.figures order by all") == [
        ("00:10", 10.0, "years_and_months"),
        ("02:03", 27.0, "years_and_months"),
    ]


FIRST_RELEASE = "New_geog_code,geog_l,geog_c,geog_n"


def first_release(columns: str, england: str, *authority: str) -> str:
    return "\n".join(
        [
            f"{FIRST_RELEASE},{columns},,",
            f"E92000001,NATIONAL,999,ENGLAND,{england},,",
            "E12000007,REGION,H,INNER LONDON,9000,x,,",
            f"E06999901,LA,901,Norbury,{','.join(authority)},,",
            "",
        ]
    )


def test_x_was_suppressed_in_the_first_releases_and_is_not_available_since(reference: Path) -> None:
    (reference / "a.csv").write_text(first_release("CLA_Mar2016,CLA_3Pla ", "70440,7000", "x", "#VALUE!"))
    (reference / "b.csv").write_text(c1(2025, "x", "3", "25"))

    assert read(
        reference,
        "select table_id, column_name, status from reference.figures where area_code = '901' order by all",
    ) == [
        ("c1", "referral_count", "not_available"),
        ("c1", "rereferral_count", "number"),
        ("c1", "rereferral_percent", "number"),
        ("sfr_cla", "cla_3pla", "unreadable"),
        ("sfr_cla", "cla_mar", "suppressed"),
    ]
    assert read(reference, "select file, row_number, column_name, finding from reference.findings") == [
        ("a.csv", 4, "cla_3pla", "unreadable_cell")
    ]
    assert read(
        reference, "select area_code, geographic_level, new_la_code from reference.figures where value = 9000"
    ) == [("H", "Regional", "E12000007")]


def test_englands_own_figure_tells_the_year_where_the_header_is_wrong_or_silent(reference: Path) -> None:
    (reference / "wrong.csv").write_text(first_release("CLA_started2014,SCLA_male", "31070,1", "12", "1"))
    (reference / "silent.csv").write_text(first_release("CLA_cease,CLA_ceamal", "27350,1", "13", "1"))
    (reference / "told.csv").write_text(first_release("CLA_cease2017,CEA_male", "31999,1", "14", "1"))
    (reference / "unknown.csv").write_text(first_release("CLA_cease,CLA_ceamal", "31998,1", "15", "1"))

    assert read(
        reference,
        "select table_id, release_year, period_year, value from reference.figures "
        "where area_code = '901' order by all",
    ) == [
        ("sfr_adm", 2015, 2015, 12.0),
        ("sfr_cea", 2012, 2012, 13.0),
        ("sfr_cea", 2017, 2017, 14.0),
    ]
    assert read(reference, "select file, finding from reference.findings order by all") == [
        ("unknown.csv", "rejected_file"),
        ("wrong.csv", "mislabelled_year"),
    ]


def lait_table(*rows: tuple[str, str, str, str]) -> pa.Table:
    """Measure, year, value and place of each row."""
    measures, years, values, places = zip(*rows, strict=True)
    return pa.table(
        {
            "Short Desc": measures,
            "Data item": ["what it is"] * len(rows),
            "Years": years,
            "LA and Regions": ["a name"] * len(rows),
            "Values": values,
            "LA Number": pa.array([float(place) for place in places]),
            "Region": ["a region"] * len(rows),
        }
    )


def test_lait_numbers_lose_their_noise_and_its_dash_is_no_number(reference: Path) -> None:
    table = lait_table(
        ("ReReferral", "2024", "93.900000000000006", "901"),
        ("ReReferral", "2024", "9.3699999999999992", "902"),
        ("ReReferral", "2024", "4.5080000000000002E-2", "903"),
        ("ReReferral", "2024", "-", "904"),
        ("ReReferral", "2024", "20", "970"),
        ("ReReferral", "2024", "21", "988"),
        ("Infant mortality", "2024", "5", "901"),
    )
    pq.write_table(table, reference / "bds.parquet")

    assert read(
        reference, "select geographic_level, area_code, value, status from reference.figures order by all"
    ) == [
        ("Local authority", "901", 93.9, "number"),
        ("Local authority", "902", 9.37, "number"),
        ("Local authority", "903", 0.04508, "number"),
        ("Local authority", "904", None, "not_given"),
        ("National", "970", 20.0, "number"),
        ("Regional", "988", 21.0, "number"),
    ]
    # a measure that no indicator reads is not laid out, but it is counted
    assert read(reference, "select status, cell_count from reference.statuses order by all") == [
        ("not_given", 1),
        ("number", 6),
    ]


@pytest.mark.parametrize(
    ("label", "year"),
    [
        ("2024", 2024),
        ("2024 (Rev)", 2024),
        ("2025 (prov)", 2025),
        ("2015/16", 2016),
        ("2016-17 (OT)", 2017),
        ("2014-16", 2016),
        ("2013/14-15/16", 2016),
        ("0", None),
        ("1999-00", None),
    ],
)
def test_every_form_of_year_in_lait_is_the_year_it_ends_in(
    reference: Path, label: str, year: int | None
) -> None:
    table = lait_table(("ReReferral", label, "1", "901"), ("ReReferral", "2020", "2", "901"))
    pq.write_table(table, reference / "bds.parquet")

    assert read(reference, "select period_year from reference.figures where value = 1") == [(year,)]
    assert read(reference, "select count(*) from reference.findings") == [(int(year is None),)]


def test_notes_that_come_with_the_figures_are_no_finding(reference: Path) -> None:
    (reference / "metadata.txt").write_bytes(b"notes \x96 not UTF-8")
    (reference / "README.md").write_text("# notes")

    assert read(reference, "select file, outcome from reference.files order by all") == [
        ("README.md", "document"),
        ("metadata.txt", "document"),
    ]
    assert read(reference, "from reference.findings") == []


EVERYTHING = " union all ".join(
    f"select '{table}' as t, {table}::varchar from reference.{table}"
    for table in ("figures", "files", "findings", "neighbours", "statuses", "population")
)


def test_what_was_parsed_before_is_laid_out_alike_and_not_parsed_again(
    reference: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (reference / "a.csv").write_text(c1(2025, "c", "low", "25?"))
    (reference / "b.csv").write_text(c1(2024, "12", "3", "25"))
    (reference / "x.csv").write_text(neighbour_list("LA num,SN1,SN2", ["901,902,903"]))
    (reference / "odd.csv").write_text("a,b\n1,2\n")
    (reference / "copy.csv").write_bytes(c1(2024, "12", "3", "25").replace("\n", "\r\n").encode())
    (reference / "notes.txt").write_text("notes")
    cache = tmp_path / "cache"
    first = sorted(read(reference, EVERYTHING, cache))

    def never(data: bytes, suffix: str) -> None:
        raise AssertionError("parsed again")

    monkeypatch.setattr("ingest.reference.load.parse", never)

    assert sorted(read(reference, EVERYTHING, cache)) == first
    assert sorted(path.suffix for path in cache.glob("*/*")) == [".parquet"] * 6


def test_a_renamed_file_is_known_by_its_bytes_and_one_that_left_is_cleared(
    reference: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    (reference / "a.csv").write_text(c1(2025, "c", "low", "0"))
    (reference / "b.csv").write_text(c1(2024, "12", "3", "25"))
    read(reference, "select 1", cache)
    before = {path.name: path.stat().st_mtime_ns for path in cache.glob("*/*")}
    (reference / "a.csv").rename(reference / "z.csv")
    (reference / "b.csv").unlink()

    assert read(reference, "select file, release_year from reference.files", cache) == [("z.csv", 2025)]
    [kept] = cache.glob("*/*")
    assert before[kept.name] == kept.stat().st_mtime_ns


def test_a_spoiled_cache_is_made_anew(reference: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (reference / "a.csv").write_text(c1(2025, "12", "3", "25"))
    read(reference, "select 1", cache)
    [kept] = cache.glob("*/*")
    kept.write_bytes(kept.read_bytes()[:100])

    assert read(reference, "select count(*) from reference.figures", cache) == [(6,)]
