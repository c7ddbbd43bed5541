"""Every suite as a test: a proof is run as a command, and its exit code says whether it reached its floor."""

import subprocess
import sys

import pytest

from tests.acceptance import suites


@pytest.mark.acceptance
@pytest.mark.parametrize("suite", suites())
def test_a_suite_reaches_its_floor(suite: str, capfd: pytest.CaptureFixture[str]) -> None:
    with capfd.disabled():
        ended = subprocess.run([sys.executable, "-m", f"tests.acceptance.{suite}"], check=False)
    assert ended.returncode == 0
