"""What a backup holds, and that it goes back whole or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ingest.ledger import Ledger
from ingest.maintenance.backup import KEPT, MADE_AGAIN, BackupError, back_up, restore
from ingest.paths import WarehousePaths
from ingest.privacy.key_file import KEY_FILE


@pytest.fixture
def held(places: WarehousePaths) -> WarehousePaths:
    """A warehouse with something in every folder that a backup must hold, and in one that it need not."""
    Ledger(places.ledger).close()
    (places.landing / "cp_plans").mkdir()
    (places.landing / "cp_plans" / "a.parquet").write_bytes(b"rows")
    (places.first_published / "000001.parquet").write_bytes(b"first")
    places.public_ledger.mkdir(mode=0o700)
    (places.public_ledger / "000001.parquet").write_bytes(b"hidden")
    (places.releases / "000001").mkdir()
    (places.releases / "000001" / "manifest.json").write_text("{}", encoding="utf-8")
    places.current.symlink_to(Path("releases") / "000001")
    (places.raw / "2025-03").mkdir()
    places.warehouse.write_bytes(b"made again")
    return places


def elsewhere(tmp_path: Path) -> WarehousePaths:
    base = tmp_path / "new"
    return WarehousePaths.of(base / "raw", base / "reference", base / "release")


def test_what_cannot_be_made_again_goes_back_as_it_was(held: WarehousePaths, tmp_path: Path) -> None:
    copied = back_up(held, tmp_path / "backup")
    there = elsewhere(tmp_path)
    assert restore(there, tmp_path / "backup") == copied
    there.prepare()

    assert (there.landing / "cp_plans" / "a.parquet").read_bytes() == b"rows"
    assert (there.public_ledger / "000001.parquet").read_bytes() == b"hidden"
    assert (there.first_published / "000001.parquet").read_bytes() == b"first"
    assert (there.current / "manifest.json").read_text(encoding="utf-8") == "{}"
    assert not there.warehouse.exists()
    for folder, mode in there.modes.items():
        assert not folder.exists() or folder.stat().st_mode & 0o777 == mode, folder


def test_what_the_ledger_has_not_yet_written_to_its_file_is_copied_too(
    held: WarehousePaths, tmp_path: Path
) -> None:
    with closing(Ledger(held.ledger)) as open_elsewhere:
        open_elsewhere.add_refresh("2025-03", "published", None, "now")
        back_up(held, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup" / "restricted" / "ledger.sqlite")) as copy:
        assert copy.execute("select outcome from refreshes").fetchall() == [("published",)]


def test_a_backup_is_closed_to_others_and_holds_no_key(
    held: WarehousePaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_text("0123456789abcdef" * 4, encoding="utf-8")
    monkeypatch.setenv(KEY_FILE, str(key))
    back_up(held, tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o700
    files = [path for path in (tmp_path / "backup").rglob("*") if path.is_file()]
    assert not [path for path in files if key.read_bytes() in path.read_bytes()]


@pytest.mark.parametrize("damage", ["lost", "changed", "cut short", "added", "no list"])
def test_a_backup_that_is_not_whole_is_not_put_back(
    held: WarehousePaths, tmp_path: Path, damage: str
) -> None:
    back_up(held, tmp_path / "backup")
    file = tmp_path / "backup" / "restricted" / "public_ledger" / "000001.parquet"
    match damage:
        case "lost":
            file.unlink()
        case "changed":
            file.write_bytes(b"shown ")
        case "cut short":
            file.write_bytes(file.read_bytes()[:-1])
        case "added":
            file.with_name("000002.parquet").write_bytes(b"")
        case _:
            (tmp_path / "backup" / "backup.json").unlink()
    with pytest.raises(BackupError):
        restore(elsewhere(tmp_path), tmp_path / "backup")
    assert not elsewhere(tmp_path).restricted.exists()


def test_nothing_is_written_over(held: WarehousePaths, tmp_path: Path) -> None:
    back_up(held, tmp_path / "backup")
    with pytest.raises(BackupError, match="not empty"):
        restore(held, tmp_path / "backup")
    with pytest.raises(BackupError, match="new folder"):
        back_up(held, tmp_path / "backup")


def test_what_the_product_keeps_is_either_copied_or_made_again(places: WarehousePaths) -> None:
    folders = {folder.name for folder in places.modes if folder.parent == places.restricted}
    assert folders <= {*KEPT, *MADE_AGAIN}
    assert not {*KEPT} & {*MADE_AGAIN}
