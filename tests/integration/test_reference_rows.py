"""Rows of our own reference files are returns too: what is wrong with one is a finding of a release."""

from pathlib import Path

import duckdb
import pytest

from ingest.paths import WarehousePaths
from ingest.reference import load_reference, reference_outcome
from ingest.reference.own_files import declared_files
from tests.conftest import Send
from tests.support.command import refresh

TARGETS = (
    "la_code,indicator_id,from_date,to_date,target,limit_lower,limit_upper,period_basis,tolerance,due_date,"
    "since_month"
)


@pytest.fixture
def reference(tmp_path: Path) -> Path:
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "population.csv").write_text("la_code,mid_year,population_0_17\n301,2024,1000\n302,2023,900\n")
    return folder


def found(reference: Path, *sending: str, month: str | None = "2025-03") -> list[tuple[object, ...]]:
    """What is found where these authorities send returns: file, row, column, kind and authority."""
    with warehouse_sources(reference, *(sending or ("301", "302")), month=month) as db:
        return db.sql(
            "select file, row_number, column_name, finding, la_code from reference.findings order by all"
        ).fetchall()


def moves(reference: Path) -> list[str]:
    """What is to be done about each thing found, by row."""
    with warehouse_sources(reference, "301", "302") as db:
        asked = db.sql("select next_move from reference.findings order by row_number")
        return [str(move) for (move,) in asked.fetchall()]


def warehouse_sources(
    reference: Path, *sending: str, month: str | None = "2025-03"
) -> duckdb.DuckDBPyConnection:
    db = duckdb.connect()
    db.execute("create schema reference; create schema ledger")
    db.execute("create table ledger.folders (la_code varchar, reporting_month varchar)")
    db.execute("insert into ledger.folders select unnest($1), '2025-03'", [list(sending)])
    load_reference(db, reference, month=month)
    return db


def targets(reference: Path, *rows: str) -> None:
    (reference / "targets.csv").write_text("\n".join([TARGETS, *rows, ""]))


def test_rows_that_are_right_leave_no_finding(reference: Path) -> None:
    targets(
        reference,
        "ENG,icpc_15wd_pct,2024-04-01,,85,,,,,",
        "301,icpc_15wd_pct,2024-04-01,2025-03-31,90,80,100,month,2.5,",
        "301,wf_caseload_avg,2024-04-01,,,14,20,,,",
        "301,wf_caseload_over_threshold,2024-04-01,,25,,,,,",
        "302,re_referrals_12m_pct,2024-04-01,,20,,,,,31/12/2025",
        "301,contacts_received,2024-04-01,,,80,90,,,",
        "301,cp_started,2024-04-01,,,,,,,,2015-05",
        "301,cp_ended,2024-04-01,,,,,,,,2015-05-17",
        "301,cla_started,2024-04-01,,,,,,,,17/05/2015",
    )
    (reference / "named_periods.csv").write_text("la_code,label,period_end\nENG,The start,2015-03-31\n")
    (reference / "process_changes.csv").write_text(
        "la_code,indicator_id,from_date,reason\n301,icpc_15wd_pct,2024-09-01,New form\n"
    )
    (reference / "commentary.csv").write_text(
        "la_code,indicator_id,period_end,commentary\n302,icpc_15wd_pct,2025-03-31,Better\n"
    )

    assert found(reference) == []


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        ("301,icpc_15_pct,2024-04-01,,85,,,,,", "indicator_id", "unknown_indicator"),
        ("301,icpc_15wd_pct,2024-04-01,,ninety,,,,,", "target", "unreadable_cell"),
        ("301,icpc_15wd_pct,2024-04-01,,,,,,,", "target", "target_sets_nothing"),
        ("301,contacts_received,2024-04-01,,90,,,,,", "target", "target_not_taken"),
        ("301,wf_caseload_avg,2024-04-01,,18,,,,,", "target", "target_not_taken"),
        ("301,icpc_15wd_pct,2024-04-01,,85,80,90,,,2025-12-31", "limit_lower, limit_upper", "band_not_taken"),
        ("301,icpc_15wd_pct,2024-04-01,,,90,80,,,", "limit_lower, limit_upper", "band_upside_down"),
        ("301,cp_open,2024-04-01,,,80,,month,,", "period_basis", "basis_not_answered"),
        ("301,icpc_15wd_pct,2024-04-01,2024-03-31,85,,,,,", "to_date", "ends_before_start"),
        ("301,icpc_15wd_pct,2024-04-01,,85,,,,-1,", "tolerance", "below_least"),
        ("301,icpc_15wd_pct,soon,,85,,,,,", "from_date", "unreadable_cell"),
        ("301,icpc_15wd_pct,2024-04-01,,85,,,since,,", "period_basis", "basis_not_answered"),
        ("301,cp_started,2024-04-01,,,,,,,,May 2015", "since_month", "since_month_unread"),
        ("301,cp_started,2024-04-01,,,,,,,,2015-13", "since_month", "since_month_unread"),
        ("301,cp_open,2024-04-01,,,80,,,,,2015-05", "since_month", "since_month_not_taken"),
    ],
)
def test_a_target_that_cannot_be_read_as_it_stands_is_a_finding(
    reference: Path, row: str, column: str, kind: str
) -> None:
    targets(reference, "ENG,icpc_15wd_pct,2024-04-01,,85,,,,,", row)

    assert ("targets.csv", 3, column, kind, "301") in found(reference)
    assert {row for _, row, *_ in found(reference)} == {3}


def test_a_milestone_of_a_figure_with_a_band_is_its_band(reference: Path) -> None:
    targets(reference, "301,wf_caseload_avg,2024-04-01,,18,14,20,,,2025-12-31")

    assert found(reference) == [("targets.csv", 2, "target", "target_not_taken", "301")]


def test_the_edges_of_a_band_may_be_one(reference: Path) -> None:
    targets(reference, "301,icpc_15wd_pct,2024-04-01,2024-04-01,,85,85,,0,")

    assert found(reference) == []


@pytest.mark.parametrize(
    "name", ["targets", "commentary", "process_changes", "named_periods", "comparators", "peers"]
)
def test_a_row_of_nobody_is_a_finding_of_nobody(reference: Path, name: str) -> None:
    fmt = declared_files()[f"{name}.csv"]
    cells = {
        "indicator_id": "icpc_15wd_pct",
        "target": "85",
        "commentary": "Better",
        "label": "Then",
        "comparator": "Outer London",
        "value": "80",
        "source": "LIIA",
        "peer_la_code": "302",
    } | {f.name: "2025-03-31" for f in fmt.fields if f.type == "date" and f.required}
    rows = [
        ",".join({**cells, "la_code": code}.get(f.name, "") for f in fmt.fields)
        for code in ("1", "999", "330", "301")
    ]
    header = ",".join(f.name for f in fmt.fields)
    (reference / f"{name}.csv").write_text("\n".join([header, *rows, ""]))

    file = f"{name}.csv"
    assert found(reference) == [
        (file, 2, "la_code", "unknown_authority", None),
        (file, 3, "la_code", "unknown_authority", None),
        (file, 4, "la_code", "authority_without_returns", None),  # Birmingham, which sends nothing here
    ]


def test_all_of_england_is_no_authority_where_a_row_is_of_one(reference: Path) -> None:
    (reference / "commentary.csv").write_text(
        "la_code,indicator_id,period_end,commentary\nENG,icpc_15wd_pct,2025-03-31,Better\n"
    )

    assert found(reference) == [("commentary.csv", 2, "la_code", "unknown_authority", None)]


def test_a_population_is_missing_of_an_authority_that_has_returns(reference: Path) -> None:
    missing = ("population.csv", None, "population_0_17", "population_missing", "303")

    assert found(reference, "301", "302", "303") == [missing]
    # 2024 is asked for from April 2024 to March 2025, and 2023 before
    assert found(reference, "301", month="2024-04") == []
    (reference / "population.csv").write_text("la_code,mid_year,population_0_17\n303,2025,1000\n")
    assert found(reference, "303") == [missing]
    assert found(reference, "303", month="2025-04") == []


def test_nobody_lives_where_a_population_is_not_above_nothing(reference: Path) -> None:
    (reference / "population.csv").write_text(
        "la_code,mid_year,population_0_17\n301,2024,0\n302,2024,1\n998,2024,5\n"
    )

    assert found(reference) == [
        ("population.csv", 2, "population_0_17", "below_least", "301"),
        ("population.csv", 4, "la_code", "unknown_authority", None),
        ("population.csv", None, "population_0_17", "population_missing", "301"),
    ]


def test_a_stray_file_and_an_unknown_column_are_findings(reference: Path) -> None:
    text = "la_code,indicator_id,from_date,target,shoe_size\n301,icpc_15wd_pct,2024-04-01,85,5\n"
    (reference / "targets.csv").write_text(text)
    (reference / "my_targets.csv").write_text(text.replace(",shoe_size", "").replace(",5", ""))
    (reference / "shoes.csv").write_text("shoe,size\na,5\n")

    assert found(reference) == [
        ("my_targets.csv", None, None, "misnamed_file", None),
        ("shoes.csv", None, None, "unknown_file", None),
        ("targets.csv", None, "column 5", "unknown_column", None),
    ]


def test_dates_of_targets_are_read_as_those_of_returns_are(reference: Path) -> None:
    targets(reference, "301,icpc_15wd_pct,01-Apr-24,,85,,,,,")

    assert [row[3] for row in found(reference)] == ["date_form_noted"]
    with warehouse_sources(reference, "301") as db:
        assert str(db.sql("select from_date from reference.targets").fetchone()) == (
            "(datetime.date(2024, 4, 1),)"
        )


def test_the_outcome_counts_what_was_found_and_says_the_first_of_it(reference: Path) -> None:
    targets(
        reference,
        "301,icpc_15wd_pct,01-Apr-24,,ninety,,,,,",
        "301,icpc_15_pct,02-Apr-24,,85,,,,,",
        "302,icpc_15_pct,02-Apr-24,,85,,,,,",
    )
    (reference / "a shoe.csv").write_text("shoe,size\na,5\n")
    with warehouse_sources(reference, "301", "302") as db:
        said = reference_outcome(db, sentences=2)
    assert (said.files, said.findings) == (2, 4)
    assert said.by_kind == {"unknown_indicator": 2, "unknown_file": 1, "unreadable_cell": 1}
    assert said.sentences == (
        "reference/targets.csv, row 2, column target, authority 301: not a number; "
        "correct the cell; until then it counts as empty",
        "reference/targets.csv, row 3, column indicator_id, authority 301: there is no indicator of this "
        "name, so the row is read by no figure; did you mean icpc_15wd_pct? take the name from the "
        "handbook's page of indicators, as contacts_received",
    )
    assert "ninety" not in " ".join(said.sentences)


def test_an_empty_folder_has_nothing_to_say(tmp_path: Path) -> None:
    with warehouse_sources(tmp_path / "none") as db:
        assert reference_outcome(db).findings == 0


@pytest.mark.pipeline
def test_what_is_wrong_with_a_reference_file_is_among_the_findings_of_a_release(
    places: WarehousePaths, send: Send
) -> None:
    send(
        "2025-03",
        "301",
        "contacts",
        "cont_contact_id,cont_person_id,cont_contact_date\n1,a,01.03.2025\n2,b,2-Mar-25\n",
    )
    targets(
        places.reference,
        "301,icpc_15_pct,2024-04-01,,85,,,,,",
        "301,cp_2y_open_pct,2024-04-01,,ninety,,,,,",
        "999,icpc_15_pct,2024-04-01,,85,,,,,",
    )

    ended = refresh(places)

    assert ended.returncode == 0, ended.stderr
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        rows = db.sql(
            "select la_code, reporting_month, return_name, file, column_name, finding, finding_count "
            "from fct_findings order by file, finding, la_code nulls last, reason"
        ).fetchall()
    assert [row for row in rows if row[3].startswith("reference/")] == [
        ("301", "2025-03", "", "reference/population.csv", "population_0_17", "population_missing", 1),
        (None, "2025-03", "targets", "reference/targets.csv", "la_code", "unknown_authority", 1),
        ("301", "2025-03", "targets", "reference/targets.csv", "indicator_id", "unknown_indicator", 1),
        (None, "2025-03", "targets", "reference/targets.csv", "indicator_id", "unknown_indicator", 1),
        ("301", "2025-03", "targets", "reference/targets.csv", "target", "unreadable_cell", 1),
    ]
    # two forms in one column leave two notes, and the release stands
    assert [row[5] for row in rows if row[2] == "contacts"] == ["date_form_noted", "date_form_noted"]


def test_a_list_of_peers_is_of_other_councils_that_there_are(reference: Path) -> None:
    (reference / "peers.csv").write_text(
        "la_code,peer_la_code,from_date\n301,302,2024-04-01\n301,301,2024-04-01\n301,999,2024-04-01\n"
        "301,Camden,2024-04-01\n"
    )

    assert found(reference) == [
        ("peers.csv", 3, "peer_la_code", "peer_is_the_council", "301"),
        ("peers.csv", 4, "peer_la_code", "unknown_authority", "301"),
        ("peers.csv", 5, "peer_la_code", "unknown_authority", "301"),
    ]
    assert moves(reference) == [
        "take the row away, or correct peer_la_code",
        "correct peer_la_code: three digits, as DfE has them, zeros in front",
        "did you mean 202? correct peer_la_code: three digits, as DfE has them, zeros in front",
    ]


def test_a_typed_comparator_is_of_an_indicator_that_is_set_beside_other_places(reference: Path) -> None:
    (reference / "comparators.csv").write_text(
        "la_code,indicator_id,comparator,from_date,period_basis,value,period_end,source\n"
        "301,icpc_15wd_pct,Outer London,2024-04-01,,80,2024-03-31,LIIA\n"
        "301,contacts_received,Outer London,2024-04-01,,80,2024-03-31,LIIA\n"
        "301,icpc_15wd_pct,Inner London,2024-04-01,point_in_time,80,2024-03-31,LIIA\n"
        "301,icpc_15wd_pc,Outer London,2024-04-01,,80,2024-03-31,LIIA\n"
        "ENG,icpc_15wd_pct,England (invented),2024-04-01,,78,2024-03-31,Invented\n"
    )

    assert found(reference) == [
        ("comparators.csv", 3, "indicator_id", "comparator_not_taken", "301"),
        ("comparators.csv", 4, "period_basis", "basis_not_answered", "301"),
        ("comparators.csv", 5, "indicator_id", "unknown_indicator", "301"),
    ]
    assert moves(reference)[2].startswith("did you mean icpc_15wd_pct? take the name from")
