"""Returns that others wrote: no crash, and every cell of a mapped column is read or is a finding."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from ingest.conform import conform
from ingest.other_formats import (
    HEAD_BYTES,
    Opened,
    open_annex_a,
    open_cin_census,
    open_ssda903,
    open_workforce_census,
    recognise,
)
from ingest.return_format import ReturnFormat, load_formats


@pytest.fixture
def samples(shared: Path) -> Path:
    if not (shared / "samples").is_dir():
        pytest.skip("needs ../shared/samples, the returns that others wrote")
    return shared / "samples"


def a_set(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.csv"))}


SAMPLES: dict[str, Callable[[Path], Opened]] = {
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
    place = pa.array(np.arange(count, dtype=np.int64))  # row_number is not a row's identity: see Opened
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
                if cell and cell.upper() != "NULL" and cell != "-1":
                    assert kept[place][field.name] is not None or (place, field.name) in reported


def _same(a: dict[str, object], b: dict[str, object]) -> bool:
    return all(a[name] == b[name] for name in a if name not in ("row_number", "origin"))


def test_every_sample_file_is_recognised(samples: Path):
    for folder in ("annex_a", "cin_census", "ssda903", "workforce_census"):
        for file in (samples / folder).iterdir():
            assert recognise(file.name, file.read_bytes()[:HEAD_BYTES]) == folder


def test_each_defect_of_the_annex_a_sample_is_a_finding_that_can_be_acted_on(samples: Path):
    opened = SAMPLES["annex_a/Annex_A_2024_Jan.xlsx"](samples / "annex_a/Annex_A_2024_Jan.xlsx")

    here = [
        (f["origin"], f["row_number"], f["column_name"], f["finding"]) for f in opened.findings.to_pylist()
    ]
    assert ("List 6 (sheet 6)", 2, "Allocated Team", "excel_error") in here
    assert ("List 10 (sheet 10)", 2, "Date of Birth", "lists_disagree") in here
    assert ("List 10 (sheet 10)", 2, "Date the Child Entered Care", "not_on_list_8") in here
    assert all(f["next_move"] for f in opened.findings.to_pylist())
    unread = {
        (name, f["column_name"], f["value"])
        for name, table in opened.returns.items()
        for f in conformed(table, load_formats()[name])[1]
    }
    assert unread == {
        ("cin_assessments", "cina_assessment_outcome_nfa", "CS Assessment Updated"),
        ("cin_episodes", "cine_cin_primary_need_code", "PSRMEM - Support with memory and cognition"),
    }
