"""What changed since the list before."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from publication.list_history import Since, keep

COLUMNS = ("kind", "record_id", "team", "worker", "child", "state")
WEEKS = [date(2025, 4, 9), date(2025, 4, 16), date(2025, 4, 23)]


def _list(*records: str) -> pa.Table:
    return pa.table(
        {name: pa.array([f"{name} of {one}" for one in records], pa.string()) for name in COLUMNS}
        | {"record_id": pa.array(records, pa.string())}
    )


def _kept(folder: Path, day: date, *records: str, rows: int = 5, key_id: str = "k") -> Since:
    return keep(folder, day, _list(*records), {"cp_visits": rows}, key_id)


def _told(since: Since) -> set[tuple[str, str, date]]:
    rows = since.changes.select(["record_id", "change", "first_listed_on"]).to_pylist()
    return {tuple(row.values()) for row in rows}


def test_the_first_list_has_nothing_to_be_set_beside(tmp_path: Path) -> None:
    since = _kept(tmp_path / "301" / "kept", WEEKS[0], "a")

    assert since.before is None and since.changes.num_rows == 0 and since.fewer_rows == ()
    assert (tmp_path / "301" / "kept" / "2025-04-09.parquet").stat().st_mode & 0o777 == 0o600
    assert {(tmp_path / name).stat().st_mode & 0o777 for name in ("301", "301/kept")} == {0o700}


def test_a_record_is_new_then_still_open_since_its_first_day_then_done(tmp_path: Path) -> None:
    _kept(tmp_path, WEEKS[0], "a", "b")
    second = _kept(tmp_path, WEEKS[1], "a", "c")
    third = _kept(tmp_path, WEEKS[2], "a", "b")

    assert second.before == WEEKS[0]
    assert _told(second) == {("a", "still open", WEEKS[0]), ("b", "done", WEEKS[0]), ("c", "new", WEEKS[1])}
    # what comes back is new again
    assert _told(third) == {("a", "still open", WEEKS[0]), ("c", "done", WEEKS[1]), ("b", "new", WEEKS[2])}


def test_a_list_of_the_same_day_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    _kept(tmp_path, WEEKS[0], "a")
    _kept(tmp_path, WEEKS[1], "a", "b")
    again = _kept(tmp_path, WEEKS[1], "a")

    assert _told(again) == {("a", "still open", WEEKS[0])}


def test_a_return_with_fewer_rows_than_the_list_before_was_made_from_is_said(tmp_path: Path) -> None:
    _kept(tmp_path, WEEKS[0], "a", rows=1_200)
    same = _kept(tmp_path, WEEKS[1], "a", rows=1_200)
    fewer = _kept(tmp_path, WEEKS[2], "a", rows=1_199)

    assert same.fewer_rows == ()
    [said] = fewer.fewer_rows
    assert said.startswith("cp_visits has 1,199 rows and had 1,200 when the list of 16 April 2025 was made")


def test_a_list_kept_under_another_key_is_not_set_beside_it(tmp_path: Path) -> None:
    _kept(tmp_path, WEEKS[0], "a", key_id="old")

    assert _kept(tmp_path, WEEKS[1], "a", key_id="new").before is None
