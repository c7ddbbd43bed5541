"""A new quality rule: its line in the rules, and its column in the model that judges the return."""

import re
from pathlib import Path

from ingest.files import new_file
from orchestration.scaffold.project import HERE, Project, ScaffoldError, checked_slug, read_seed, write_seed

FROM = re.compile(r"^from ", re.MULTILINE)


def new_rule(
    rule_id: str, like: str, broken_where: str, sentence: str, fix: str, project: Project = HERE
) -> list[Path]:
    """Write a rule that warns, over the return and area of another. Returns the files that were written.

    `broken_where` is SQL over the names of the return's model: true where a record breaks the rule, null
    where there is nothing to judge. Raises ScaffoldError.
    """
    rows = read_seed(project.rules)
    known = {row["rule_id"]: row for row in rows}
    checked_slug(rule_id, known, project.rules)
    if like not in known:
        raise ScaffoldError(f"{like} is not in {project.rules.name}")
    shape = known[like]
    model = project.judged(shape["return_name"])
    if shape["counted_in"] != model.stem or not model.exists():
        raise ScaffoldError(f"{like} is not judged by a column of {model.name}; take another")
    text = model.read_text(encoding="utf-8")
    last = list(FROM.finditer(text))[-1].start()
    columns = text[:last].rstrip("\n")
    with new_file(model) as aside:
        aside.write_text(f"{columns},\n    {broken_where} as {rule_id}\n{text[last:]}", encoding="utf-8")
    line = shape | {
        "rule_id": rule_id, "dfe_codes": "", "effect": "warn", "ground": "", "sentence": sentence, "fix": fix,
    }  # fmt: skip
    rows.insert(rows.index(shape) + 1, line)
    write_seed(project.rules, rows)
    return [project.rules, model]
