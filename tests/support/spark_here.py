"""Whether the second engine can run here; a test that needs it says plainly where it was left out."""

import pytest

from orchestration.engine.spark import EngineError, check


def needs_spark() -> None:
    """Skip the test, and say why, where Java or the extra is missing."""
    try:
        check()
    except EngineError as missing:
        pytest.skip(f"the two engines were not compared: {missing}")
