"""How a run that failed is told: by our own words where they quote no record, else by the kind of error."""

from types import SimpleNamespace
from typing import Any

import pytest

from ingest.paths import WarehousePaths
from orchestration.pipeline import outcome_of_failure


def failed(kind: str, message: str) -> Any:
    error = SimpleNamespace(cls_name=kind, message=f"{kind}: {message}", cause=None)
    return SimpleNamespace(step_key="load_sources", step_failure_data=SimpleNamespace(error=error))


@pytest.mark.parametrize(
    ("kind", "message", "said"),
    [
        (
            "InvalidPolicyError",
            "reporting.yml: defaults is no part of it; did you mean default?",
            "load_sources: reporting.yml: defaults is no part of it; did you mean default?",
        ),
        ("Failure", "the gate would not", "load_sources: the gate would not"),
        ("ConversionException", "Could not convert 'Ada Byron'", "load_sources: ConversionException"),
    ],
)
def test_a_failure_says_what_is_wrong_and_never_what_a_cell_held(
    places: WarehousePaths, kind: str, message: str, said: str
) -> None:
    state, reasons = outcome_of_failure([failed(kind, message)], places)

    assert (state, reasons) == ("broken", (said,))
