"""The project says what the specification says: returns, codes, indicators, working days."""

import csv
import re
from datetime import date
from pathlib import Path

from ingest.contracts.return_schema import load_formats
from ingest.contracts.working_days import calendar
from ingest.paths import DBT_PROJECT
from tests.support.fields_read import SEED, fields_read
from tests.support.sources_declared import SOURCES, returns_sources


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_return_and_field_is_declared_as_specified(shared: Path) -> None:
    formats = load_formats()
    specified = rows(shared / "spec" / "returns.csv") + rows(shared / "spec" / "returns_more.csv")

    assert len(specified) > 260
    for row in specified:
        fmt = formats[row["return_name"]]
        [field] = [f for f in fmt.fields if f.name == row["field_name"]]
        assert (fmt.history, fmt.source_table) == (row["history"], row["source_table"])
        assert (field.type, field.code_list or "") == (row["type"], row["code_list"])
        assert field.required == (row["required"] == "yes")
        assert (field.name in fmt.key) == (row["key"] == "yes")
        assert set(field.aliases) == set(filter(None, row["aliases"].split("|")))
    declared = {(fmt.name, f.name) for fmt in formats.values() for f in fmt.fields}
    added = declared - {(row["return_name"], row["field_name"]) for row in specified}
    # what the warehouse keeps itself may say more than is specified; what councils send may not
    assert all(formats[name].is_reference for name, _ in added)


def test_every_code_is_in_the_one_home_of_codes(shared: Path) -> None:
    ours = {(r["list"], r["code"], r["label"]) for r in rows(DBT_PROJECT / "seeds" / "code_lists.csv")}
    specified = {(r["list"], r["code"], r["label"]) for r in rows(shared / "spec" / "code_lists.csv")}
    [of_disability] = [
        r["description"] for r in rows(shared / "spec" / "returns_more.csv") if r["code_list"] == "disability"
    ]
    disabilities = {("disability", code) for code in re.findall(r"\b[A-Z]{2,4}\b", of_disability)}

    assert specified <= ours
    # what the warehouse says of itself; councils send no code that is not specified
    assert {(name, code) for name, code, _ in ours - specified} == disabilities - {("disability", "CIN")} | {
        ("value_status", "withheld"),
        ("value_status", "provisional"),
        ("value_status", "derived"),
        ("period_basis", "quarter"),
        ("period_basis", "since"),
    }


def test_every_indicator_is_in_the_catalogue_with_its_rule(shared: Path) -> None:
    ours = {r["indicator_id"]: r for r in rows(DBT_PROJECT / "seeds" / "indicator_catalogue.csv")}
    specified = rows(shared / "spec" / "counting.csv") + [
        {**row, "breakdowns": "all"} for row in rows(shared / "spec" / "counting_more.csv")
    ]

    assert len(specified) == 134
    for row in specified:  # a council may have added its own
        shared_columns = ours[row["indicator_id"]].keys() & row.keys()
        if "year_to_date" in row["bases"].split() and (
            row["kind"] == "flow" or "net_change" in row["indicator_id"]
        ):
            row["bases"] += " quarter"  # counting_more.md, "Bases"
            row["bases"] += " since" if row["kind"] == "flow" else ""
        assert {c: ours[row["indicator_id"]][c] for c in shared_columns} == {
            c: row[c] for c in shared_columns
        }


def test_every_bank_holiday_is_known_to_the_calendar(shared: Path) -> None:
    days = calendar()
    worked = dict(
        zip(days.column("calendar_date").to_pylist(), days.column("is_working_day").to_pylist(), strict=True)
    )
    listed = {date.fromisoformat(next(iter(r.values()))) for r in rows(shared / "spec" / "bank_holidays.csv")}

    closed = {
        day for day, is_worked in worked.items() if not is_worked and day.weekday() < 5 and day.year <= 2030
    }
    assert closed == listed


def test_one_off_and_moved_holidays_are_right() -> None:
    days = calendar()
    worked = dict(
        zip(days.column("calendar_date").to_pylist(), days.column("is_working_day").to_pylist(), strict=True)
    )
    one_off = [
        (2011, 4, 29),
        (2012, 6, 4),
        (2012, 6, 5),
        (2020, 5, 8),
        (2022, 6, 2),
        (2022, 6, 3),
        (2022, 9, 19),
    ]

    assert not any(worked[date(*day)] for day in [*one_off, (2023, 5, 8)])
    assert all(worked[date(*day)] for day in [(2012, 5, 28), (2020, 5, 4), (2022, 5, 30)])


def test_what_an_indicator_rests_on_is_what_its_sql_reads() -> None:
    """Made again from the compiled models; where they differ, run `make lineage` and read the difference."""
    assert SEED.read_text(encoding="utf-8").splitlines() == fields_read().splitlines()


def test_the_sources_of_the_returns_are_what_their_contracts_declare() -> None:
    """Made again from ingest/contracts/returns; where they differ, run `make lineage`."""
    assert SOURCES.read_text(encoding="utf-8").splitlines() == returns_sources().splitlines()


def test_every_indicator_rests_on_each_return_that_it_requires() -> None:
    with (DBT_PROJECT / "seeds" / "indicator_catalogue.csv").open(encoding="utf-8", newline="") as file:
        required = {row["indicator_id"]: set(row["returns_required"].split()) for row in csv.DictReader(file)}
    with SEED.open(encoding="utf-8", newline="") as file:
        read: dict[str, set[str]] = {}
        for row in csv.DictReader(file):
            read.setdefault(row["indicator_id"], set()).add(row["return_name"])

    lacking = {name: needed - read.get(name, set()) for name, needed in required.items()}
    assert {name: more for name, more in lacking.items() if more} == {
        "partner_cp_activity_change": {"indicator_returns"}  # reported, and never counted
    }
