"""One-line changes made by a program, each against the fast tests that should notice it.

A number by one, a comparison, a sign, an order, a condition dropped or turned round. Evidence is changed in
the parsed project and judged by the dbt unit tests of its model; gate, disclosure control and the sentences
of reports are changed in a copy of the project and judged by their tests, which the copy as it stands passes.

MUTANTS, of the environment, is how many are drawn of each kind (20); the draw is the same every time. Words
behind the name of the module choose kinds, and the beginnings of names choose models of the evidence:
`python -m tests.acceptance.mutants evidence restricted_parts int_care`.
Floor: 95 in 100 are killed, without those that mutants_judged.csv says change no meaning, and why.
"""

import csv
import io
import os
import random
import re
import shutil
import sys
import tempfile
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dbt.contracts.graph.manifest import Manifest

from ingest.paths import DBT_PROJECT, WarehousePaths
from orchestration.runtime import dbt_build
from tests.support import unit_test_warehouse
from tests.support.mutated_copy import LEFT_OUT, passes

ROOT = DBT_PROJECT.parent
JUDGED = Path(__file__).with_name("mutants_judged.csv")
AIM = 0.95
IN_SQL = ((" <= ", " < "), (" >= ", " > "), (" < ", " <= "), (" > ", " >= "), (" desc", ""), ("not ", ""))
IN_SQL_TOO = ((" + ", " - "), (" - ", " + "), ("left join", "inner join"))
IN_PYTHON = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "+": "-", "-": "+", "and": "or",
    "or": "and", "not": "",
}  # fmt: skip
NUMBER = re.compile(r"(?<![\w'.%-])(\d+)(?![\w'.%-])")
DISCLOSURE = "publication/public_pack/disclosure"
KINDS = {  # the files that are changed, and the tests that judge them
    "gate": (
        ("expectations/gate.py", "expectations/measures.py", "expectations/verdict.py"),
        ("tests/unit/expectations",),
    ),
    "disclosure": (
        (f"{DISCLOSURE}/equations.py", f"{DISCLOSURE}/protect.py", f"{DISCLOSURE}/areas.py"),
        ("tests/unit/publication/public_pack",),
    ),
    "report": (
        ("publication/reports/words.py", "publication/reports/tables.py"),
        ("tests/unit/publication/reports",),
    ),
}


class Mutant(NamedTuple):
    """One line that says something else: of what, the line as it is, and as the mutant has it."""

    where: str
    number: int
    line: str
    becomes: str


def main(*words: str) -> int:
    every = ("evidence", *KINDS)
    kinds = [kind for kind in every if kind in words] or every
    models = tuple(word for word in words if word not in every)
    count = int(os.environ.get("MUTANTS", "20"))
    with JUDGED.open(encoding="utf-8", newline="") as file:
        judged = {(row["where"], row["line"], row["becomes"]): row["reason"] for row in csv.DictReader(file)}
    missed = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        base = Path(folder)
        for kind in kinds:
            ended = _of_files(kind, base, count) if kind in KINDS else _evidence(base, count, models)
            killed = survived = 0
            for mutant, is_killed in ended:
                key = mutant.where, mutant.line.strip(), mutant.becomes.strip()
                killed += is_killed
                if not is_killed and key in judged:
                    print(f"  no meaning changed: {mutant.where}:{mutant.number}: {judged[key]}")
                elif not is_killed:
                    survived += 1
                    print(
                        f"  SURVIVED {mutant.where}:{mutant.number}\n    {key[1]}\n    {key[2]}", flush=True
                    )
            share = killed / (killed + survived) if killed + survived else 0.0
            print(f"{kind}: {killed} of {killed + survived} killed ({share:.0%})", flush=True)
            missed += [kind] if share < AIM else []
    print(f"kinds below {AIM:.0%}: {', '.join(missed) or 'none'}")
    return 1 if missed else 0


def _evidence(base: Path, count: int, models: tuple[str, ...]) -> Iterator[tuple[Mutant, bool]]:
    """Models that have a unit test, changed in the parsed project: each with whether its tests noticed."""
    places = WarehousePaths.of(base / "raw", base / "reference", base / "release")
    for folder in (places.raw, places.reference):
        folder.mkdir()
    unit_test_warehouse.build_what_unit_tests_read(places)
    dbt_build.manifest_path()
    parsed = dbt_build.PARSED.read_bytes()
    sound = Manifest.from_msgpack(parsed)
    tested = unit_test_warehouse.tested_models()
    drawn = [
        mutant
        for name, node in sorted(sound.nodes.items())
        if node.name in tested and node.resource_type == "model" and node.name.startswith(models or "")
        for mutant in of_sql(name, node.raw_code)
    ]
    for mutant in random.Random(19).sample(drawn, min(count, len(drawn))):
        manifest = Manifest.from_msgpack(parsed)
        node = manifest.nodes[mutant.where]
        lines = node.raw_code.split("\n")
        lines[mutant.number - 1] = mutant.becomes
        node.raw_code = "\n".join(lines)
        ended = unit_test_warehouse.run_unit_tests(
            places, base / "target", [f"{node.name},test_type:unit"], manifest
        )
        yield mutant._replace(where=node.name), any(ended.values())


def _of_files(kind: str, base: Path, count: int) -> Iterator[tuple[Mutant, bool]]:
    """Files changed in a copy of the project: each mutant with whether the tests of its kind noticed."""
    files, tests = KINDS[kind]
    copy = base / kind
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    assert passes(copy, tests), f"the copy as it stands does not pass {' '.join(tests)}"
    drawn = [
        mutant for file in files for mutant in of_python(file, (ROOT / file).read_text(encoding="utf-8"))
    ]
    for mutant in random.Random(19).sample(drawn, min(count, len(drawn))):
        path = copy / mutant.where
        sound = path.read_text(encoding="utf-8")
        lines = sound.split("\n")
        lines[mutant.number - 1] = mutant.becomes
        path.write_text("\n".join(lines), encoding="utf-8")
        yield mutant, not passes(copy, tests)
        path.write_text(sound, encoding="utf-8")


def of_sql(where: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a model, line by line."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if bare.startswith(("--", "{%", "{{ config")):
            continue
        for old, new in (*IN_SQL, *IN_SQL_TOO):
            for found in re.finditer(re.escape(old), line):
                yield Mutant(where, number, line, line[: found.start()] + new + line[found.end() :])
        for found in NUMBER.finditer(line.replace("select 1 from", "select * from")):  # of what exists
            by_one = str(int(found[1]) + 1)
            yield Mutant(where, number, line, line[: found.start()] + by_one + line[found.end() :])
        if bare.startswith("and ") and bare.count("(") == bare.count(")") and "between" not in bare:
            yield Mutant(where, number, line, "")


def of_python(where: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module: operators and numbers, and never a word of a text or of a type."""
    lines = text.split("\n")
    depth_of_types = re.compile(r"^\s*(def |import |from |class |@|\w+: )")
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        (row, begin), (_, end) = token.start, token.end
        line = lines[row - 1]
        if depth_of_types.match(line):
            continue
        if token.type == tokenize.NUMBER and token.string.isdigit():
            becomes = str(int(token.string) + 1)
        elif token.string in IN_PYTHON and token.type in (tokenize.OP, tokenize.NAME):
            becomes = IN_PYTHON[token.string]
        else:
            continue
        yield Mutant(where, row, line, line[:begin] + becomes + line[end:])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
