"""Which format goes before which, where several can give one return (source_formats.csv)."""

import csv
from functools import cache
from pathlib import Path

HOME = Path(__file__).parent / "source_formats.csv"


def source_rank(return_name: str, source_format: str) -> int:
    """Where a format goes among those that can give a return: the lowest counts."""
    return ranks().get((return_name, source_format)) or ranks()["*", source_format]


@cache
def ranks() -> dict[tuple[str, str], int]:
    """By return (* for any other) and format, the rank: the lowest counts."""
    with HOME.open(encoding="utf-8", newline="") as file:
        return {
            (row["return_name"], row["source_format"]): int(row["source_rank"])
            for row in csv.DictReader(file)
        }
