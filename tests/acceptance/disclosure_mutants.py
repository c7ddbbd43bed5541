"""Protection broken by one line at a time, and whether its tests see it."""

import shutil
import sys
import tempfile
from pathlib import Path

from ingest.paths import DBT_PROJECT
from tests.support.mutated_copy import LEFT_OUT, passes

ROOT = DBT_PROJECT.parent
AT = "publication/public_pack/disclosure"
SEED = "dbt_project/seeds/indicator_relations.csv"
# what is broken, the file, the line as it is, and as the mutant has it
MUTANTS = (
    ("threshold", f"{AT}/design.py", "THRESHOLD = 6 ", "THRESHOLD = 5 "),
    ("fewest values", f"{AT}/design.py", "FEWEST_VALUES = 4 ", "FEWEST_VALUES = 3 "),
    ("a symbol says nothing", f"{AT}/equations.py", "np.where(alone, 1, 0)", "np.where(alone, 0, 0)"),
    ("rounding is wide", f"{AT}/audit.py", "HALF = 0.05 ", "HALF = 0.9 "),
    ("low may be nothing", f"{AT}/areas.py", ".where(~is_low, 1)", ".where(~is_low, 0)"),
    ("relation of conferences left out", SEED, "cp_started,near,", None),
    ("relation of agency staff left out", SEED, "wf_agency_fte,near,", None),
    ("relation of a month's leavers left out", SEED, "wf_leavers,near,+wf_turnover_rate -wf", None),
    ("relation of children in need left out", SEED, "cin_open,step,", None),
    ("relation of open assessments left out", SEED, "assessments_open,hardly_more,", None),
    ("relation of equal wholes left out", SEED, "contact_decision_1wd_pct,near,", None),
    ("relation of recent starts left out", SEED, "cp_visit_10wd_pct,within,+cp_started", None),
    ("relation of two years left out", SEED, "cp_2y_open_count,hardly_more,", None),
    ("relation of the children adopted left out", SEED, "adopt_a10_days,near,", None),
    ("relation of caseloads left out", SEED, "wf_caseload_over_threshold,", None),
    ("months that are missing part a stock", f"{AT}/audit.py", "MOST_MISSING = 11 ", "MOST_MISSING = 0 "),
    ("who merged is not known", f"{AT}/design.py", '("continued", "divided", "merged")', "()"),
    ("a hidden share of enough says nothing", f"{AT}/long_table.py", "(of_printed | shares",
     "(False & shares"),
    ("a rate beside a count that did not come", f"{AT}/gate.py", "counted.status = 'shown'",
     "counted.status <> 'c'"),
    ("what is not proved is shown", f"{AT}/programs.py", "raise _Unproved", "return set()"),
    ("earlier vintages left out", f"{AT}/equations.py", '["shown"].any()', '["shown"].last()'),
    ("what was hidden is shown", f"{AT}/protect.py", ' | once["was_hidden"])', ")"),
    ("the ledger's digests unread", f"{AT}/ledger.py", "sha256(files[number]) != digest", "False"),
    ("categories of a hidden total stay", f"{AT}/protect.py", "hidden |= _is_of(cells, hidden)",
     "hidden |= False & _is_of(cells, hidden)"),
    ("categories of a total that gives way stay", f"{AT}/protect.py", "self.is_hidden |= beneath", "pass"),
    ("circles are not looked at", f"{AT}/programs.py", "quiet[np.isin(part[quiet], in_parts)]", "quiet[:0]"),
)  # fmt: skip
TESTS = (
    "tests/unit/publication/public_pack/test_public_pack.py",
    "tests/unit/publication/public_pack/test_protect.py",
)


def mutated(text: str, line: str, instead: str | None) -> str:
    """The file with the line changed, or without the rows that begin so."""
    assert line in text, line
    if instead is None:
        return "".join(row for row in text.splitlines(keepends=True) if not row.startswith(line))
    return text.replace(line, instead, 1)


def main() -> int:
    alive = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "tree"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        for what, file, line, instead in MUTANTS:
            path = folder / file
            sound = path.read_text(encoding="utf-8")
            path.write_text(mutated(sound, line, instead), encoding="utf-8")
            killed = not passes(folder, TESTS)
            path.write_text(sound, encoding="utf-8")
            print(f"{'killed' if killed else 'ALIVE '} {what}", flush=True)
            alive += [] if killed else [what]
    print(f"{len(MUTANTS) - len(alive)} of {len(MUTANTS)} killed")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
