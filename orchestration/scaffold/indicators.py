"""A new indicator: its evidence block and its catalogue line, in the shape of another's."""

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.files import new_file
from orchestration.scaffold.project import HERE, Project, ScaffoldError, checked_slug, read_seed, write_seed

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


def new_indicator(slug: str, title: str, like: str, project: Project = HERE) -> list[Path]:
    """Write an indicator's evidence block and catalogue line, shaped as those of another.

    Returns the files that were written; raises ScaffoldError. The block counts every row of the lead return
    by its day: what counts is for its author to say.
    """
    rows = read_seed(project.catalogue)
    known = {row["indicator_id"]: row for row in rows}
    checked_slug(slug, known, project.catalogue)
    if like not in known:
        raise ScaffoldError(f"{like} is not in {project.catalogue.name}")
    model = next((path for name, path in evidence_blocks(project) if name == like), None)
    if model is None:
        raise ScaffoldError(f"{like} has no evidence block to follow; take another")
    shape = known[like]
    return_name = shape["returns_required"].split()[0]
    text = model.read_text(encoding="utf-8")
    ends = list(UNIONS.finditer(text))
    if not ends:
        raise ScaffoldError(f"{model.name} does not end in its unions; add the block by hand")
    block = BLOCK.format(
        slug=slug,
        title=title,
        return_name=return_name,
        counted_on=_staged(project, return_name, shape["counted_on"]),
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
    write_seed(project.catalogue, rows)
    return [model, project.catalogue]


def evidence_blocks(project: Project = HERE) -> Iterator[tuple[str, Path]]:
    """Each indicator that a model's comment heads a block of, and the model."""
    for path in sorted((project.models / "intermediate").rglob("*.sql")):
        for heading in HEADING.finditer(path.read_text(encoding="utf-8")):
            yield from ((name, path) for name in heading[1].split(", "))


def _staged(project: Project, return_name: str, field: str) -> str:
    """What staging calls a field of a return."""
    text = project.staging(return_name).read_text(encoding="utf-8")
    named = re.search(rf"\b{re.escape(field)}\b.* as (\w+)", text)
    return named[1] if named else field
