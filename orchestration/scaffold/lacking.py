"""What indicators, returns and quality rules still lack, file by file."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from ingest.contracts.return_schema import ReturnFormat, load_format
from orchestration.scaffold.indicators import NOT_SETTLED, evidence_blocks
from orchestration.scaffold.project import HERE, Project, read_seed


class Lacking(NamedTuple):
    """What one indicator, return or rule lacks: its name, the file, and what to put there."""

    name: str
    file: str
    what: str


def lacking(project: Project = HERE) -> list[Lacking]:
    """Everything that is missing in a clone. Reads files alone, and takes a second."""
    return [*_of_indicators(project), *_of_returns(project), *_of_rules(project)]


def _of_indicators(project: Project) -> Iterator[Lacking]:
    seeds = project.named(project.catalogue)
    catalogue = {row["indicator_id"]: row for row in read_seed(project.catalogue)}
    evidence = {name for name, _ in evidence_blocks(project)}
    tested = _tested(project)
    compared = {
        row["indicator_id"]
        for seed in ("benchmark_columns", "benchmark_absences")
        for row in read_seed(project.seed(seed))
    }
    read = {row["indicator_id"] for row in read_seed(project.seed("indicator_fields"))}
    area = f"{project.named(project.models)}/intermediate/<area>/"
    for name in sorted(evidence - set(catalogue)):
        yield Lacking(name, seeds, "a line: title, unit, bases, rule")
    for name, row in catalogue.items():
        is_counted = row["numerator_rule"] != "reported only"
        if is_counted and name not in evidence:
            yield Lacking(name, area, f"an evidence block headed -- {name}  Title")
        if is_counted and name not in tested:
            yield Lacking(name, f"{area}_*__unit_tests.yml", "a unit test worked by hand")
        if is_counted and name not in read:
            fields = project.named(project.seed("indicator_fields"))
            yield Lacking(name, fields, "the fields that it rests on: make lineage")
        if name not in compared:
            absences = project.named(project.seed("benchmark_absences"))
            yield Lacking(name, absences, "why nobody publishes it, or a line of benchmark_columns.csv")
        if row["publication_reason"] == NOT_SETTLED:
            yield Lacking(name, seeds, "publication_role: how the public pack prints it")


def _of_returns(project: Project) -> Iterator[Lacking]:
    declared: dict[str, ReturnFormat] = {
        path.stem: load_format(path) for path in sorted(project.contracts.glob("*.yml"))
    }
    described = _names(project.staging_described.read_text(encoding="utf-8"))
    sources = _names(project.sources.read_text(encoding="utf-8"))
    models = [path.read_text(encoding="utf-8") for path in project.models.rglob("*.sql")]
    for name, fmt in declared.items():
        if fmt.is_reference:
            continue
        staging = project.staging(name)
        if not staging.exists():
            yield Lacking(name, project.named(staging), "a staging model that gives its fields plain names")
        elif staging.stem not in described:
            yield Lacking(name, project.named(project.staging_described), f"what {staging.stem} is")
        read = re.compile(rf"(stg_returns__|judged\('){name}'")
        if fmt.history != "lookup" and not any(read.search(model) for model in models):
            area = f"{project.named(project.models)}/intermediate/<area>/"
            yield Lacking(name, area, "an indicator or a rule that reads it")
        if name not in sources:
            yield Lacking(name, project.named(project.sources), "dbt's source: make lineage")
    for path in sorted(project.staging("*").parent.glob("stg_returns__*.sql")):
        if (name := path.stem.removeprefix("stg_returns__")) not in declared:
            yield Lacking(name, project.named(project.contracts / f"{name}.yml"), "its contract")


def _of_rules(project: Project) -> Iterator[Lacking]:
    fields = {row["rule_id"] for row in read_seed(project.seed("quality_rule_fields"))}
    planted = project.planted.read_text(encoding="utf-8") if project.planted.exists() else None
    of_kind = tuple(re.findall(r'f"\{\w+\}(_\w+)"', planted or ""))  # planted in several returns alike
    for rule in read_seed(project.rules):
        name, counted_in = rule["rule_id"], rule["counted_in"]
        if counted_in == "int_quality__findings":
            continue
        model = project.judged(counted_in.removeprefix("int_quality__"))
        if not model.exists() or not re.search(rf"\b{name}\b", model.read_text(encoding="utf-8")):
            yield Lacking(name, project.named(model), f"a column (or block) {name}: true where it is broken")
        if rule["effect"] == "hold" and name not in fields:
            at = project.named(project.seed("quality_rule_fields"))
            yield Lacking(name, at, "the fields whose figures it holds")
        if planted is not None and f'"{name}"' not in planted and not name.endswith(of_kind):
            yield Lacking(name, project.named(project.planted), "a fault of its kind, planted")


def _names(text: str) -> set[str]:
    """The models or tables that a properties file names."""
    return set(re.findall(r"^ +- name: (\w+)$", text, re.MULTILINE))


def _tested(project: Project) -> set[str]:
    """The indicators whose evidence model has a unit test that expects rows of them, or is of them alone."""
    models: dict[str, set[str]] = {}
    for name, path in evidence_blocks(project):
        models.setdefault(path.stem, set()).add(name)
    found: set[str] = set()
    for path in sorted(project.models.rglob("*unit_tests.yml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", []):
            of_model = models.get(test["model"], set())
            said = yaml.safe_dump(test["expect"]) + test["name"]
            found |= {name for name in of_model if len(of_model) == 1 or re.search(rf"\b{name}\b", said)}
    return found
