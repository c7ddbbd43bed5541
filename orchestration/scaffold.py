"""What a new indicator needs, written where it belongs; and what an indicator still lacks, file by file.

For a clone of the project: it writes to dbt_project/.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from ingest.files import new_file
from ingest.paths import DBT_PROJECT

CATALOGUE = DBT_PROJECT / "seeds" / "indicator_catalogue.csv"
FIELDS = DBT_PROJECT / "seeds" / "indicator_fields.csv"
COLUMNS = DBT_PROJECT / "seeds" / "benchmark_columns.csv"
ABSENCES = DBT_PROJECT / "seeds" / "benchmark_absences.csv"
MODELS = DBT_PROJECT / "models"
SLUG = re.compile(r"[a-z][a-z0-9_]{2,40}")
HEADING = re.compile(r"^-- ([a-z0-9_]+(?:, [a-z0-9_]+)*)  \S", re.MULTILINE)
UNIONS = re.compile(r"\n\)\n\nselect \* from ")
NOT_SETTLED = "not settled yet"

BLOCK = """
),

-- {slug}  {title}
{slug} as (

    select
        '{slug}' as indicator_id, vintage_id, la_child_id, {counted_on} as counted_on,
        1 as numerator, null as denominator
    from {{{{ ref('stg_returns__{return_name}') }}}}
    where {counted_on} is not null

)

select * from """


class ScaffoldError(Exception):
    """Nothing was written; the message says why and what to do."""


def new_indicator(slug: str, title: str, like: str) -> list[Path]:
    """Write an indicator's evidence block and catalogue line, shaped as those of another.

    Returns the files that were written; raises ScaffoldError. The block counts every row of the lead return
    by its day: what counts is for its author to say.
    """
    if not SLUG.fullmatch(slug):
        raise ScaffoldError(f"{slug} is no slug: small letters, digits and _, as s47_ended")
    rows = _rows(CATALOGUE)
    known = {row["indicator_id"]: row for row in rows}
    if slug in known:
        raise ScaffoldError(f"{slug} is in {CATALOGUE.name} already; a slug is never used again")
    if like not in known:
        raise ScaffoldError(f"{like} is not in {CATALOGUE.name}")
    model = next((path for name, path in _evidence() if name == like), None)
    if model is None:
        raise ScaffoldError(f"{like} has no evidence block to follow; take another")
    shape = known[like]
    return_name = shape["returns_required"].split()[0]
    text = model.read_text(encoding="utf-8")
    ends = list(UNIONS.finditer(text))
    if not ends:
        raise ScaffoldError(f"{model.name} does not end in its unions; add the block by hand")
    block = BLOCK.format(
        slug=slug, title=title, return_name=return_name, counted_on=_staged(return_name, shape["counted_on"])
    )
    whole = (
        f"{text[: ends[-1].start()]}{block}{text[ends[-1].end() :]}union all by name\nselect * from {slug}\n"
    )
    about = shape | {
        "indicator_id": slug, "title": title, "numerator_rule": f"count({return_name})",
        "denominator_rule": "none", "unit": "count", "scale": "1", "breakdowns": "all", "decision_note": "",
        "publication_role": "withheld", "publication_reason": NOT_SETTLED,
    }  # fmt: skip
    rows.insert(rows.index(shape) + 1, about)
    with new_file(model) as aside:
        aside.write_text(whole, encoding="utf-8")
    with new_file(CATALOGUE) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        written = csv.DictWriter(file, list(shape), lineterminator="\n")
        written.writeheader()
        written.writerows(rows)
    return [model, CATALOGUE]


def lacking() -> list[tuple[str, str, str]]:
    """What each indicator still lacks: its slug, the file, and what to put there."""
    catalogue = {row["indicator_id"]: row for row in _rows(CATALOGUE)}
    counted = {name for name, row in catalogue.items() if row["numerator_rule"] != "reported only"}
    evidence = {name for name, _ in _evidence()}
    tested = _tested()
    compared = {row["indicator_id"] for file in (COLUMNS, ABSENCES) for row in _rows(file)}
    read = {row["indicator_id"] for row in _rows(FIELDS)}
    found = [
        (name, _named(CATALOGUE), "a line: title, unit, bases, rule")
        for name in sorted(evidence - set(catalogue))
    ]
    for name, row in catalogue.items():
        if name in counted and name not in evidence:
            found.append((name, "models/intermediate/<area>/", f"an evidence block headed -- {name}  Title"))
        if name in counted and name not in tested:
            found.append(
                (name, "models/intermediate/<area>/_*__unit_tests.yml", "a unit test worked by hand")
            )
        if name in counted and name not in read:
            found.append((name, _named(FIELDS), "the fields that it rests on: make lineage"))
        if name not in compared:
            found.append(
                (name, _named(ABSENCES), "why nobody publishes it, or a line of benchmark_columns.csv")
            )
        if row["publication_reason"] == NOT_SETTLED:
            found.append((name, _named(CATALOGUE), "publication_role: how the public pack prints it"))
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _evidence() -> Iterator[tuple[str, Path]]:
    """Each indicator that a model's comment heads a block of, and the model."""
    for path in sorted((MODELS / "intermediate").rglob("*.sql")):
        for heading in HEADING.finditer(path.read_text(encoding="utf-8")):
            yield from ((name, path) for name in heading[1].split(", "))


def _tested() -> set[str]:
    """The indicators whose evidence model has a unit test that expects rows of them, or is of them alone."""
    models: dict[str, set[str]] = {}
    for name, path in _evidence():
        models.setdefault(path.stem, set()).add(name)
    found: set[str] = set()
    for path in sorted(MODELS.rglob("*unit_tests.yml")):
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", []):
            of_model = models.get(test["model"], set())
            said = yaml.safe_dump(test["expect"]) + test["name"]
            found |= {name for name in of_model if len(of_model) == 1 or re.search(rf"\b{name}\b", said)}
    return found


def _staged(return_name: str, field: str) -> str:
    """What staging calls a field of a return."""
    text = (MODELS / "staging" / "returns" / f"stg_returns__{return_name}.sql").read_text(encoding="utf-8")
    named = re.search(rf"\b{re.escape(field)}\b.* as (\w+)", text)
    return named[1] if named else field


def _named(path: Path) -> str:
    return str(path.relative_to(DBT_PROJECT))
