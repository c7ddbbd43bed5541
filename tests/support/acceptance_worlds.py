"""What the acceptance suites share: the material of ../shared, a world refreshed, and its figures."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest.paths import WarehousePaths
from tests.support.command import line_of_sight, refresh

SHARED = Path(__file__).parents[3] / "shared"
GIVEN = "('calculated', 'reported', 'no_cases', 'no_population', 'provisional')"


def shared(name: str) -> Path:
    """A folder or file of ../shared; ends the suite with a sentence where it is missing."""
    path = SHARED / name
    if not path.exists():
        sys.exit(f"needs ../shared/{name}, which a clone on its own does not have")
    return path


@contextmanager
def workshop() -> Iterator[Path]:
    """A folder with a key of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="acceptance-") as folder:
        os.environ["LINE_OF_SIGHT_KEY_FILE"] = str(Path(folder) / "key")
        ended = line_of_sight("key", "new")
        assert ended.returncode == 0, ended.stderr
        yield Path(folder)


def refreshed(
    base: Path, raw: Path, reference: Path
) -> tuple[WarehousePaths, subprocess.CompletedProcess[str]]:
    """A world refreshed into a release below `base`."""
    places = WarehousePaths.of(raw, reference, base / "release")
    return places, refresh(places)


def ask(places: WarehousePaths, query: str) -> list[tuple]:
    """What a query of the current release gives."""
    with duckdb.connect(str(places.current / "marts.duckdb"), read_only=True) as db:
        return db.sql(query).fetchall()


def show_held(places: WarehousePaths) -> None:
    """Each doubt that holds figures, as a line."""
    for la_code, ground, count, sentence in ask(
        places,
        """
        select la_code, ground, figure_count, ground_sentence from rpt_held_by_ground
        order by la_code, figure_count desc, ground_sentence
        """,
    ):
        print(f"  held  {la_code}  {count:4} figures  {ground}: {sentence}")
