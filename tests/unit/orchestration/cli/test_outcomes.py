"""What a refresh prints may be mailed: a file's own name stands on a terminal alone."""

from types import SimpleNamespace
from typing import Any

import pytest

from ingest.paths import WarehousePaths
from orchestration.cli import outcomes
from orchestration.runtime.outcome import LeftOut, Outcome

TOLD, OWN = "2025-03/301/withheld name 1.csv", "2025-03/301/Jane Canary.csv"


@pytest.mark.parametrize("is_terminal", [True, False])
def test_own_names_of_files_are_printed_to_a_terminal_and_not_into_a_log(
    is_terminal: bool, places: WarehousePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed: list[str] = []

    def keep(line: str, **_: Any) -> None:
        printed.append(line)

    monkeypatch.setattr(outcomes, "out", SimpleNamespace(print=keep, is_terminal=is_terminal))
    monkeypatch.setattr(outcomes, "names_of_files", lambda _: {TOLD: OWN})
    left_out = LeftOut("301", TOLD, "contacts.csv and withheld name 1.csv both hold contacts", "leave one")

    outcomes.tell_outcome(Outcome("published", "2025-03", 1, left_out=(left_out,)), places)

    said = "\n".join(printed)
    assert said.count("Jane Canary.csv") == (2 if is_terminal else 0)
    assert ("status --files" in said) == (not is_terminal)
