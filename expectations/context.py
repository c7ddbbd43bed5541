"""The file context of Great Expectations, and the suites that are judged in it.

A refresh works in a copy in the restricted zone: Great Expectations gives every expectation an id and writes
it down, and what ships with the project, or a council keeps as its own, stays as it is.
"""

import json
import logging
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import great_expectations as gx

from expectations.own_bounds import InvalidBoundError, with_own_bounds
from ingest.contracts.reporting_policy import OwnBound
from ingest.contracts.return_schema import submitted_formats

logging.getLogger("great_expectations").setLevel(logging.CRITICAL)  # it warns of where its files are

HERE = Path(__file__).parent
SUITES = HERE / "suites"
PROJECT = HERE / "great_expectations.yml"
DOCS = "data_docs"
DEFINITIONS = ("validation_definitions", "checkpoints")
IDS = UUID("0f6a1f2e-5a83-4d0c-9a54-2f6f3c1c6d10")  # the data_context_id of great_expectations.yml
REQUIRED = (*submitted_formats(), "measures", "marts", "public_pack")
SEVERITIES = ("critical", "warning", "info")
SHARES = {
    "rows_unread", "values_unread", "keys_repeated", "dates_outside", "children_unknown", "history_lost",
    "rule_broken",
}  # fmt: skip
OWN_ONLY = (
    """<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' data:">"""
)


class SuiteError(Exception):
    """A suite cannot be judged by; the message names the file, what is wrong with it and what to do."""


def read_suite(path: Path) -> dict[str, Any]:
    """A suite as it stands in its file. Raises SuiteError: missing, broken, empty, nonsense."""
    if not path.exists():
        raise SuiteError(
            f"the suite {path.name} is missing; restore it: without it nothing it judges is known"
        )
    try:
        suite: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        expectations = suite["expectations"]
        named = [(e["meta"]["check"], e) for e in expectations]
    except (ValueError, KeyError, TypeError):
        raise SuiteError(
            f"the suite {path.name} is broken: it is not JSON with a list of expectations, each with the "
            "name of its check in meta; restore it from the project"
        ) from None
    if not named:
        raise SuiteError(f"the suite {path.name} has no expectations, so it would let everything through")
    for check, expectation in named:
        if nonsense := _nonsense(expectation):
            raise SuiteError(f"the suite {path.name}, expectation {check}: {nonsense}")
    return suite


def _nonsense(expectation: dict[str, Any]) -> str | None:
    """What about an expectation cannot be meant, in words."""
    if expectation.get("severity") not in SEVERITIES:
        return f"the severity is one of {', '.join(SEVERITIES)}"
    said = expectation.get("kwargs", {})
    low, high = said.get("min_value"), said.get("max_value")
    for bound in (low, high):
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            return f"the bound {bound!r} is not a number"
    if low is not None and high is not None and low > high:
        return f"the bounds are the wrong way round: from {low} to {high}"
    if said.get("column") not in ("measured", expectation["meta"].get("ground")) or high is None:
        return None
    if high < 0:
        return f"the bound {high} is below 0, which no count can be"
    if expectation["meta"].get("ground") in SHARES and high > 1:
        return f"the bound {high} is over the whole; it is a share, so 5 % is 0.05"
    return None


def open_context(
    folder: Path,
    suites: Path = SUITES,
    required: Iterable[str] = REQUIRED,
    own_bounds: Iterable[OwnBound] = (),
) -> tuple[Any, dict[str, dict[str, Any]]]:
    """A context in `folder`, made anew with every suite of `suites`, and the suites as judged, by name.

    Where councils have bounds of their own, they stand in the copy. Raises SuiteError, where a required suite
    is missing too, or none has a place for such a bound.
    """
    names = sorted({*required, *(path.stem for path in suites.glob("*.json"))})
    read = {name: read_suite(suites / f"{name}.json") for name in names}
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "suites").mkdir(parents=True)  # closed, as all that is written: a copied folder keeps its mode
    shutil.copyfile(PROJECT, folder / PROJECT.name)
    try:
        changed = with_own_bounds(read, own_bounds)
    except InvalidBoundError as refused:
        raise SuiteError(str(refused)) from None
    for name in names:
        path = folder / "suites" / f"{name}.json"
        path.write_text(json.dumps(_with_ids(name, changed.get(name, read[name]))), encoding="utf-8")
        if name in changed:
            read[name] = read_suite(path)  # a bound of a council's own makes sense too
    return gx.get_context(mode="file", context_root_dir=str(folder)), read


def _with_ids(name: str, suite: dict[str, Any]) -> dict[str, Any]:
    """The suite with its ids: where one has none, Great Expectations writes the suite anew for each."""
    return suite | {
        "id": str(uuid5(IDS, name)),
        "expectations": [
            said | {"id": str(uuid5(IDS, f"{name} {said['meta']['check']}"))}
            for said in suite["expectations"]
        ],
    }


def reopen_context(folder: Path) -> tuple[Any, dict[str, dict[str, Any]]]:
    """The context that a refresh has opened, with what was judged in it so far. Raises SuiteError.

    A suite that was judged can be judged again: a step that is run once more must not fail on the first.
    """
    for defined in DEFINITIONS:  # of what was judged; the results stay
        shutil.rmtree(folder / defined, ignore_errors=True)
    read = {path.stem: read_suite(path) for path in sorted((folder / "suites").glob("*.json"))}
    return gx.get_context(mode="file", context_root_dir=str(folder)), read


def write_docs(context: Any, folder: Path) -> None:
    """Great Expectations' own pages of what was judged, put in place whole.

    The pages ask others' servers for looks; they are told not to, and read well enough without.
    """
    context.build_data_docs()
    made = Path(context.root_directory) / DOCS
    for page in made.rglob("*.html"):
        page.write_text(page.read_text(encoding="utf-8").replace("<head>", f"<head>{OWN_ONLY}", 1), "utf-8")
    index = made / "index.html"
    page_of_all = index.read_text(encoding="utf-8").replace("</body>", f"{_listed(made)}</body>", 1)
    index.write_text(page_of_all, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)


def _listed(made: Path) -> str:
    """Every suite that was judged and how it ended; Great Expectations' own list needs scripts of others."""
    lines = []
    for page in sorted(made.glob("validations/**/*.html")):
        name = page.relative_to(made).parts[1]
        ended = re.search(r"Status:</span>.*?(Succeeded|Failed)", page.read_text(encoding="utf-8"), re.DOTALL)
        said = ended[1].lower() if ended else "see there"
        lines.append(f'<li><a href="{page.relative_to(made).as_posix()}">{name}</a>: {said}</li>')
    return f"<h2>What was judged</h2><ul>{''.join(lines)}</ul>"
