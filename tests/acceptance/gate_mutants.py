"""Break the gate on purpose, a line at a time, and see the tests fail.

Floor: every mutant is killed. Each is tried in a copy of the project, by those tests of the suite that judge
the gate, the quickest first; the copy as it stands passes them.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests.support.mutated_copy import LEFT_OUT, passes

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/unit/expectations",
    "tests/unit/ingest/warehouse/test_months.py",
    "tests/integration/test_measures.py",
)
DBT = "dbt_project/models/intermediate"


class Mutant(NamedTuple):
    """One line that says something else: what of, where, and from what into what."""

    of: str
    file: str
    line: str
    becomes: str


MUTANTS = (
    Mutant("bound", "expectations/suites/contacts.json", '"max_value": 0.05', '"max_value": 0.5'),
    Mutant("bound", "expectations/suites/measures.json", '"max_value": 7', '"max_value": 70'),
    Mutant("severity", "expectations/measures.py", 'in ("failed", "crashed")', 'in ("failed",)'),
    Mutant("severity", f"{DBT}/gate/int_gate__doubts.sql", "severity = 'critical'", "severity = 'info'"),
    Mutant("join", f"{DBT}/gate/int_gate__held.sql", "doubts.field_name = rests_on.field_name", "true"),
    Mutant("join", f"{DBT}/gate/int_gate__held.sql", "doubts.indicator_id is null", "true"),
    Mutant("month", f"{DBT}/gate/int_gate__held.sql", "doubts.month_number = expected.month_number", "true"),
    Mutant("state", "ingest/warehouse/months.py", "if collecting and not asked.is_incomplete", "if False"),
    Mutant("state", "ingest/warehouse/month_states.sql", "else 'provisional'", "else 'final'"),
    Mutant("override", f"{DBT}/gate/int_gate__doubts.sql", "measures.ground = overrides.ground", "true"),
    Mutant("override", f"{DBT}/gate/int_gate__doubts.sql", "measures.la_code = overrides.la_code", "true"),
    Mutant(
        "override", f"{DBT}/gate/int_gate__doubts.sql", "vintages.view_month <= overrides.until_month", "true"
    ),
    Mutant("unread", "ingest/landing/land.py", "if not receipt.row_count or", "if True or"),
)


def main() -> int:
    survived = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        if not passes(copy, TESTS):
            print("the copy as it stands does not pass, so nothing can be told")
            return 1
        for number, mutant in enumerate(MUTANTS, 1):
            path = copy / mutant.file
            sound = path.read_text(encoding="utf-8")
            assert mutant.line in sound, f"{mutant.file} no longer says: {mutant.line}"
            path.write_text(sound.replace(mutant.line, mutant.becomes, 1), encoding="utf-8")
            is_killed = not passes(copy, TESTS)
            path.write_text(sound, encoding="utf-8")
            print(
                f"{number:2} {mutant.of:9} {mutant.file}: {'killed' if is_killed else 'SURVIVED'}", flush=True
            )
            survived += [] if is_killed else [mutant]
    print(f"{len(MUTANTS)} mutants, {len(MUTANTS) - len(survived)} killed")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
