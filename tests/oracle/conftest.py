from pathlib import Path

import pytest

pytest.register_assert_rewrite("tests.oracle.council")  # it asserts on behalf of the tests

from .council import Council  # noqa: E402


@pytest.fixture
def council(tmp_path: Path) -> Council:
    return Council(tmp_path)
