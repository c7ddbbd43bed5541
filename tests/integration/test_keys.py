"""A key and its change, and months that are taken away, through the real command: no figure may move."""

from pathlib import Path

import duckdb
import pytest

from ingest.paths import WarehousePaths
from ingest.privacy.key_file import KEY_FILE
from synthetic import invent
from synthetic.other_formats import invent_other_formats
from tests.support.command import line_of_sight, refresh

pytestmark = pytest.mark.pipeline
MONTHS = ["2024-12", "2025-01", "2025-02", "2025-03"]


def figures(places: WarehousePaths) -> list[tuple[object, ...]]:
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return db.sql("from fct_indicator_values order by all").fetchall()


def pseudonyms_of(places: WarehousePaths) -> set[str]:
    rows = duckdb.sql(
        f"select distinct pers_person_id from '{places.landing}/persons/*/*.parquet'"
    ).fetchall()
    return {said for (said,) in rows if said}


def where(places: WarehousePaths) -> tuple[str, ...]:
    return ("--release", str(places.release))


def test_without_a_key_a_refresh_says_how_to_make_one_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "none"))
    places = WarehousePaths.of(tmp_path / "raw", tmp_path / "reference", tmp_path / "release")
    places.raw.mkdir()

    ended = refresh(places)

    assert ended.returncode == 2
    assert "line-of-sight key new" in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["raw"]


def test_a_change_of_key_and_a_purge_leave_every_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    invent(2, MONTHS, 40, 3, tmp_path)
    places = WarehousePaths.of(tmp_path / "raw", tmp_path / "reference", tmp_path / "release")
    invent_other_formats(places.raw, "002", MONTHS, tmp_path / "other")
    for month in MONTHS:  # the second authority sends workbooks and censuses, merged month by month
        for old in (places.raw / month / "002").glob("*.csv"):
            old.unlink()
        for new in (tmp_path / "other" / "raw" / month / "002").iterdir():
            new.rename(places.raw / month / "002" / new.name)
    assert line_of_sight("key", "new", "--key", str(tmp_path / "k1")).returncode == 0
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "k1"))
    assert refresh(places).returncode == 0
    first, before = figures(places), pseudonyms_of(places)
    persons = places.raw / MONTHS[0] / "001" / "persons.csv"
    sent = persons.read_text()
    persons.write_text(
        sent + sent.splitlines()[1] + "\n"
    )  # sent again: the version first published is only here

    ended = line_of_sight("key", "rotate", *where(places), "--new", str(tmp_path / "k2"))
    assert ended.returncode == 0, ended.stderr
    assert refresh(places).returncode == 2  # with the old key
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "k2"))
    for path in (places.raw / MONTHS[-1]).rglob("*.*"):
        path.touch()  # looked at again, under the new key
    assert refresh(places).returncode == 0

    after = pseudonyms_of(places)
    assert figures(places) == first
    assert len(after) == len(before) > 50
    assert not after & before

    said = line_of_sight("purge", "--raw", str(places.raw), *where(places), "--months", "2")
    assert said.returncode == 0 and (places.raw / MONTHS[0]).exists()  # it only said so
    gone = line_of_sight("purge", "--raw", str(places.raw), *where(places), "--months", "2", "--yes")
    assert gone.returncode == 0, gone.stderr
    assert sorted(p.name for p in places.raw.iterdir()) == MONTHS[-2:]
    assert refresh(places).returncode == 0
    assert figures(places) == first
    assert len((places.restricted / "purged.jsonl").read_text().splitlines()) > 20
