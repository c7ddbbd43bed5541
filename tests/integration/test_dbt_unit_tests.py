"""Every rule's edge, as dbt holds it: cases worked by hand beside the models that they judge."""

from pathlib import Path

import pytest

from ingest.paths import WarehousePaths
from tests.support.unit_test_warehouse import build_what_unit_tests_read, run_unit_tests


@pytest.mark.pipeline
def test_every_case_worked_by_hand_comes_out_of_the_models_as_written(
    places: WarehousePaths, tmp_path: Path
) -> None:
    built = build_what_unit_tests_read(places)
    assert {node.kind for node in built} == {
        "model",
        "seed",
        "test",
    }  # a build, as a refresh does it, runs none

    ended = run_unit_tests(places, tmp_path / "target")

    assert ended
    failed = {name: how for name, how in ended.items() if how}
    assert not failed, f"{len(failed)} of {len(ended)} fail: {', '.join(sorted(failed))}\n" + "\n".join(
        f"{name}: {how}" for name, how in sorted(failed.items())
    )
