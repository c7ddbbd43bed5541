"""A new return: its contract, and the staging model that gives its fields plain names."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from ingest.contracts.return_schema import TYPES, FormatError, load_format
from ingest.files import new_file
from orchestration.scaffold.project import HERE, Project, ScaffoldError, checked_slug

# what the warehouse lays beside each record, and what says what it is
BESIDE = {
    "vintage_id": "vintage_id",
    "content_id": "content_id",
    "la_code": "la_code",
    "row_number": "file_row",
    "as_at_date": "as_at_date",
}


def new_return(
    name: str, about: str, fields: Sequence[str], key: Sequence[str], event_date: str | None,
    project: Project = HERE,
) -> list[Path]:  # fmt: skip
    """Write a return's contract, staging model and description. Returns the files that were written.

    Each of `fields` is name:type:what it is; the type is one of a contract, or `id of child`, which lands as
    a pseudonym, or `code of <code list>`. With `event_date` a row is an event; without, a list that each
    snapshot has whole. Raises ScaffoldError.
    """
    contract = project.contracts / f"{name}.yml"
    checked_slug(name, {path.stem for path in project.contracts.glob("*.yml")}, contract)
    declared = [_declared(field) for field in fields]
    said = {
        "name": name,
        "about": about,
        "source_table": f"ext_{name}",
        "history": "event" if event_date else "lookup",
        "key": list(key),
        **({"event_date": event_date} if event_date else {}),
        "fields": {
            field: {**kind, **({"required": True} if field in key else {}), "about": words}
            for field, kind, words in declared
        },
    }
    text = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)
    _refuse_nonsense(name, text)
    with new_file(contract) as aside:
        aside.write_text(text, "utf-8")
    columns = [*BESIDE, *(field for field, _, _ in declared)]
    staging = project.staging(name)
    with new_file(staging) as aside:
        selected = ",\n".join(f"    {column}" for column in columns)
        aside.write_text(
            f"-- {about.rstrip('.')}; as each vintage reads it: the newest snapshot is the whole record.\n"
            f"select\n{selected}\nfrom {{{{ source('returns', '{name}') }}}}\n",
            "utf-8",
        )
    described = [(column, f"{{{{ doc('{block}') }}}}") for column, block in BESIDE.items()]
    described += [(field, words) for field, _, words in declared]
    with new_file(project.staging_described) as aside:
        lines = "".join(
            f"      - {{name: {column}, description: {_quoted(words)}}}\n" for column, words in described
        )
        aside.write_text(
            f"{project.staging_described.read_text(encoding='utf-8').rstrip()}\n"
            f"  - name: {staging.stem}\n    description: {_quoted(about)}\n    columns:\n{lines}",
            "utf-8",
        )
    return [contract, staging, project.staging_described]


def _declared(field: str) -> tuple[str, dict[str, Any], str]:
    name, kind, words = [*field.split(":", 2), "", ""][:3]
    what, _, of = kind.partition(" of ")
    if words and of and what == "id":
        return name, {"type": "text", "identifies": of}, words
    if words and of and what == "code":
        return name, {"type": "code", "code_list": of}, words
    if words and kind in TYPES - {"code", "text"}:
        return name, {"type": kind}, words
    if words and kind == "text":  # words may name a child: none passes until the contract says its shape
        return name, {"type": "text", "dropped": True}, words
    kinds = "boolean, date, integer, json, number, text, id of <what>, code of <code list>"
    raise ScaffoldError(f"{field} is not name:type:what it is, with a type of {kinds}")


def _refuse_nonsense(name: str, text: str) -> None:
    """Raises ScaffoldError where no contract says that."""
    with tempfile.TemporaryDirectory() as folder:
        tried = Path(folder) / f"{name}.yml"
        tried.write_text(text, "utf-8")
        try:
            load_format(tried)
        except FormatError as why:
            raise ScaffoldError(f"the fields make no return: {why}") from None


def _quoted(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
