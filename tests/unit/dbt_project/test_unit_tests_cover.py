"""Each indicator of the specification has a dbt unit test that expects rows of it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import yaml

from ingest.paths import DBT_PROJECT


def test_every_specified_indicator_has_a_dbt_unit_test(shared: Path) -> None:
    with (shared / "spec" / "counting.csv").open(encoding="utf-8", newline="") as file:
        specified = [row["indicator_id"] for row in csv.DictReader(file)]
    assert len(specified) > 100

    held = set(indicators_expected())

    without = [indicator for indicator in specified if indicator not in held]
    assert not without, f"no unit test beside the models expects a row of: {', '.join(without)}"


def indicators_expected() -> Iterator[str]:
    """The indicators that some unit test expects a row of."""
    for file in sorted((DBT_PROJECT / "models").rglob("*.yml")):
        for test in yaml.safe_load(file.read_text(encoding="utf-8")).get("unit_tests", []):
            rows = test["expect"]["rows"]
            for row in csv.DictReader(io.StringIO(rows)) if isinstance(rows, str) else rows:
                if indicator := row.get("indicator_id"):
                    yield indicator
