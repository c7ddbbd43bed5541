"""Each mutant still finds the line that it breaks: one that finds none would be told only after an hour."""

import pytest

from tests.acceptance import disclosure_mutants, gate_mutants

ROOT = gate_mutants.ROOT
LINES = [(mutant.file, mutant.line) for mutant in gate_mutants.MUTANTS]
LINES += [(file, line) for _, file, line, _ in disclosure_mutants.MUTANTS]


@pytest.mark.parametrize(("file", "line"), LINES)
def test_the_line_that_a_mutant_breaks_is_there(file: str, line: str) -> None:
    assert line in (ROOT / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("tests", [*gate_mutants.TESTS, *disclosure_mutants.TESTS])
def test_the_tests_that_should_kill_it_are_there(tests: str) -> None:
    assert (ROOT / tests).exists()
