"""What many tests lean on: a place to work, a raw folder to fill, the shared material where it is there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import settings

from ingest.paths import WarehousePaths

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared specifications and published files. A clone on its own does not have them."""
    if not SHARED.is_dir():
        pytest.skip(
            "needs the folder ../shared with the specification, which a clone on its own does not have"
        )
    return SHARED


@pytest.fixture
def places(tmp_path: Path) -> WarehousePaths:
    """An empty warehouse."""
    made = WarehousePaths.of(tmp_path / "raw", tmp_path / "reference", tmp_path / "release")
    made.raw.mkdir()
    made.reference.mkdir()
    made.prepare()
    return made


Send = Callable[[str, str, str, str], Path]


@pytest.fixture
def send(places: WarehousePaths) -> Send:
    """Put one return in the raw folder: send(month, authority, return name, text)."""

    def put(month: str, la_code: str, return_name: str, text: str) -> Path:
        path = places.raw / month / la_code / f"{return_name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return put


def csv_of(rows: Sequence[Mapping[str, object]]) -> str:
    """A return as CSV text, from rows with the same keys."""
    lines = [",".join(rows[0])]
    lines += [",".join("" if value is None else str(value) for value in row.values()) for row in rows]
    return "\n".join(lines) + "\n"


settings.register_profile("patient", deadline=None)  # a busy machine is not a failing one
settings.load_profile("patient")
