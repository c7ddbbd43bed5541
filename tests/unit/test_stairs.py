"""Imports go down the stairs only: a room reads what stands below it, and nothing that stands above."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAIRS = (  # from the ground up; what shares a step does not know of the other
    "ingest/posix",
    "ingest/paths",
    "ingest/contracts",
    "ingest",  # its other files at the root: the ledger, what went wrong with a file
    "ingest/discovery",
    "ingest/privacy",
    "ingest/adapters",
    "ingest/landing",
    "ingest/reference",
    "ingest/receiving",
    "ingest/warehouse",
    "ingest/maintenance",
    "synthetic",
    "expectations",
    "publication",
    "orchestration",
)
MOST_LOOSE_FILES = 6


def room_of(module: str) -> str:
    """The room of a module, by its longest name among the stairs."""
    path = module.replace(".", "/")
    return max((room for room in STAIRS if f"{path}/".startswith(f"{room}/")), key=len, default="")


def imported(path: Path) -> Iterator[str]:
    """Every module of ours that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@pytest.mark.parametrize("room", STAIRS)
def test_a_room_imports_nothing_from_above(room: str) -> None:
    files = [path for path in (ROOT / room.split("/")[0]).rglob("*.py") if room_of(_module(path)) == room]
    assert files
    upward = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files
        for module in imported(path)
        if room_of(module) and STAIRS.index(room_of(module)) > STAIRS.index(room)
    ]
    assert not upward


def test_few_files_lie_loose_in_ingest() -> None:
    assert len(list((ROOT / "ingest").glob("*.*"))) <= MOST_LOOSE_FILES


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
