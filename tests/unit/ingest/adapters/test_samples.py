"""Returns that others wrote: no crash, and every cell of a mapped column is read or is a finding."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from ingest.adapters import (
    ConvertedReturns,
    open_annex_a,
    open_cin_census,
    open_ssda903,
    open_workforce_census,
)
from ingest.contracts.return_schema import ReturnFormat, load_formats
from ingest.discovery.formats import HEAD_BYTES, recognise
from ingest.landing.conform import conform


@pytest.fixture
def samples(shared: Path) -> Path:
    if not (shared / "samples").is_dir():
        pytest.skip("needs ../shared/samples, the returns that others wrote")
    return shared / "samples"


def a_set(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}


SAMPLES: dict[str, Callable[[Path], ConvertedReturns]] = {
    "annex_a/Annex_A_2024_Jan.xlsx": lambda file: open_annex_a(file.read_bytes(), date(2024, 1, 31)),
    "cin_census/BAR_cin_2022.xml": open_cin_census,
    "cin_census/CIN_Census_2021.xml": open_cin_census,
    "cin_census/CIN_Census_2026.xml": open_cin_census,
    "ssda903": lambda folder: open_ssda903(a_set(folder), date(2018, 3, 31)),
    "workforce_census/social_work_workforce_2022.xml": open_workforce_census,
}


def conformed(table: pa.Table, fmt: ReturnFormat) -> tuple[pa.Table, list[dict[str, object]]]:
    """What conform makes of one return: rows by place in the table, and findings."""
    count = table.num_rows
    absent = pa.nulls(count, pa.string())
    held = [table[f.name].cast(pa.string()) if f.name in table.column_names else absent for f in fmt.fields]
    names = ["file_no", "row_number", *(f.name for f in fmt.fields)]
    place = pa.array(
        np.arange(count, dtype=np.int64)
    )  # row_number is not a row's identity: see ConvertedReturns
    cells = pa.Table.from_arrays([pa.repeat(pa.scalar(0, pa.int32()), count), place, *held], names=names)
    with duckdb.connect() as db:
        made = conform(db, cells, fmt)
        return made.rows, made.findings.to_pylist()


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_read_and_each_cell_is_read_or_is_a_finding(samples: Path, sample: str):
    opened = SAMPLES[sample](samples / sample)

    told = Counter(opened.findings.column("finding").to_pylist())
    print(f"\n{sample}: {dict(told) or 'no findings'}")
    for name, table in opened.returns.items():
        fmt = load_formats()[name]
        assert set(table.column_names) <= {"row_number", "origin", *(f.name for f in fmt.fields)}
        rows, findings = conformed(table, fmt)
        of_cells = dict(Counter(str(f["finding"]) for f in findings))
        print(f"  {name}: {table.num_rows} rows, {rows.num_rows} kept, {of_cells or 'no findings'}")
        reported = {
            (f["row_number"], column) for f in findings for column in str(f["column_name"]).split(", ")
        }
        left_out = {f["row_number"] for f in findings if f["finding"] != "unreadable_cell"}
        kept = {row["row_number"]: row for row in rows.to_pylist()}
        for place, received in enumerate(table.to_pylist()):
            if place not in kept:
                # Left out with a finding, or the silent half of two identical rows.
                assert place in left_out or any(
                    _same(received, r) for r in table.slice(place + 1).to_pylist()
                )
                continue
            for field in fmt.fields:
                cell = (received.get(field.name) or "").strip()
                if cell and cell.upper() != "NULL" and cell != "-1" and not field.dropped:
                    assert kept[place][field.name] is not None or (place, field.name) in reported


def _same(a: dict[str, object], b: dict[str, object]) -> bool:
    return all(a[name] == b[name] for name in a if name not in ("row_number", "origin"))


def test_every_sample_file_is_recognised(samples: Path):
    for folder in ("annex_a", "cin_census", "ssda903", "workforce_census"):
        for file in (samples / folder).iterdir():
            assert recognise(file.name, file.read_bytes()[:HEAD_BYTES]) == folder


# As seen with another reader: the workbook is of 2021 and stands for January 2024, a child has no date of
# birth, cells hold #N/A, care and a plan begin before birth, and so on.
DEFECTS = {
    *((f"List {n} (sheet {n})", 2, column, "outside_window") for n, column in (
        (1, "Date of Contact"),
        (2, "Assessment completion date"),
        (3, "Date of referral"),
        (4, "Continuous Assessment Date of Authorisation"),
        (5, "Date of Initial Child Protection Conference"),
        (7, "Child Protection Plan End Date"),
    )),
    ("List 8 (sheet 8)", 6, "Date Ceased to be Looked After", "outside_window"),
    ("List 1 (sheet 1)", 3, "Date of Birth", "mandatory_cell_empty"),
    *(("List 6 (sheet 6)", row, f"Allocated {whom}", "excel_error")
      for row in range(2, 7) for whom in ("Team", "Worker")),
    ("List 7 (sheet 7)", 7, "Date of the Last Statutory Visit", "after_end"),
    ("List 7 (sheet 7)", 8, "Date of the Last Statutory Visit", "after_end"),
    ("List 7 (sheet 7)", 8, "Child Protection Plan Start Date", "before_birth"),
    ("List 8 (sheet 8)", 2, "Date of Birth", "adult_on_list"),
    ("List 8 (sheet 8)", 3, "Date of Birth", "adult_on_list"),
    ("List 8 (sheet 8)", 2, "Placement Location", "mandatory_cell_empty"),
    ("List 8 (sheet 8)", 3, "Placement postcode", "unreadable_cell"),
    ("List 8 (sheet 8)", 4, "Ethnicity", "mandatory_cell_empty"),
    ("List 8 (sheet 8)", 5, "Date Started to be Looked After", "before_birth"),
    ("List 9 (sheet 9)", 6, "Activity Status", "code_of_another_time"),
    ("List 9 (sheet 9)", 7, "Activity Status", "code_of_another_time"),
    *(("List 10 (sheet 10)", row, column, finding) for row in range(2, 7) for column, finding in (
        ("Date of Birth", "lists_disagree"),
        ("Ethnicity", "lists_disagree"),
        ("Date the Child Entered Care", "not_on_list_8"),
    )),
    ("List 10 (sheet 10)", 4, "Date of Decision that Child Should No Longer be Placed for Adoption",
     "adopted_and_reversed"),
    ("List 10 (sheet 10)", 5, "Date the Child Entered Care", "before_birth"),
}  # fmt: skip


def test_each_defect_of_the_annex_a_sample_is_a_finding_that_can_be_acted_on(samples: Path):
    opened = SAMPLES["annex_a/Annex_A_2024_Jan.xlsx"](samples / "annex_a/Annex_A_2024_Jan.xlsx")

    here = [
        (f["origin"], f["row_number"], f["column_name"], f["finding"]) for f in opened.findings.to_pylist()
    ]
    assert all(f["next_move"] for f in opened.findings.to_pylist())
    assert set(here) == DEFECTS  # and nothing that is none
    unread = {
        (name, f["column_name"], f["value"])
        for name, table in opened.returns.items()
        for f in conformed(table, load_formats()[name])[1]
    }
    assert unread == {
        ("cin_assessments", "cina_assessment_outcome_nfa", "CS Assessment Updated"),
        ("cin_episodes", "cine_cin_primary_need_code", "PSRMEM - Support with memory and cognition"),
    }
