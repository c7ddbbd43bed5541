"""The dbt project keeps the conventions of dbt's own project evaluator: read off the parsed manifest.

Each rule names what breaks it; the lists of exceptions say why. Of the evaluator's rules these are not held:
a model may read more than seven others, and what its parents read too, for evidence is counted from records,
their children and the periods expected; and sources have no freshness: fct_month_status says which months are
late or missing.
"""

import json
import re
from collections import Counter
from pathlib import PurePath
from typing import Any

import pytest

from ingest.paths import DBT_PROJECT
from orchestration.runtime.dbt_build import manifest_path

ROOT = DBT_PROJECT.parent
PREFIXES = {
    "staging": {"stg"},
    "intermediate": {"int"},
    "marts": {"fct"},
    "reference": {"dim", "bridge", "fct"},
    "reports": {"rpt"},
    "restricted": {"restricted"},
    "checks": {"chk"},
}
SHOWN = ("marts", "reference", "reports")  # the folders that a release is made of
WITHOUT_A_KEY = {
    # findings and days as they come, and counts in which the month may be unknown
    "stg_ledger__cells_filled", "stg_ledger__event_dates", "stg_ledger__findings", "stg_reference__findings",
    # spells of records that may stand twice, and measures before they are numbered in int_measures
    "int_care__entries", "int_care__respite", "int_comparisons__publications", "int_comparisons__published",
    "int_measures__arrivals", "int_measures__contradictions", "int_measures__rules", "int_measures__unread",
    "int_plans__visit_duties", "int_workforce__cases", "int_workforce__moves",
    # evidence, as a figure's children are told, and what is to be mended, line by line
    "restricted_counted", "restricted_error_report",
    # parts of restricted_passed_over, which is held to the key as a whole
    "restricted_passed_over__adoption", "restricted_passed_over__care", "restricted_passed_over__need",
    "restricted_passed_over__protection", "restricted_passed_over__workforce",
}  # fmt: skip
MOST_REPEATS = 4
MOST_VIEWS_IN_A_CHAIN = 4
HARD_CODED = re.compile(
    r"\b(?:from|join)\s+(?:returns|ledger|reference|gate|seeds|staging|intermediate|marts)\."
)

Node = dict[str, Any]


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, Node]]:
    parsed: dict[str, dict[str, Node]] = json.loads(manifest_path().read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def models(manifest: dict[str, dict[str, Node]]) -> dict[str, Node]:
    """Each model by its id."""
    return {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def layer(node: Node) -> str:
    """The folder of models/ that a model lies in."""
    return str(node["fqn"][1])


def parents(node: Node) -> list[str]:
    """The ids of what a model reads."""
    return list(node["depends_on"].get("nodes", []))


def names(nodes: dict[str, Node], rule: Any) -> set[str]:
    return {node["name"] for key, node in nodes.items() if rule(key, node)}


def test_every_model_seed_and_exposure_is_described(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    seeds = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "seed"}

    assert names(models | seeds | manifest["exposures"], lambda _, node: not node["description"]) == set()


def test_every_column_of_what_is_shown_is_described(models: dict[str, Node]) -> None:
    shown = [node for node in models.values() if layer(node) in SHOWN]

    assert [n["name"] for n in shown if not n["columns"]] == []
    columns = [(n["name"], column) for n in shown for column in n["columns"].values()]
    assert [(name, column["name"]) for name, column in columns if not column["description"]] == []


def test_what_is_shown_has_a_contract_and_one_row_for_each_key(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "one_row_per"
    }
    shown = {key: node for key, node in models.items() if layer(node) in SHOWN}

    assert names(shown, lambda _, node: not node["contract"]["enforced"]) == set()
    assert names(shown, lambda key, _: key not in keyed) == set()


def test_what_points_at_a_dimension_is_held_to_it(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    """la_code, indicator_id, rule_id and ground have a `relationships` test wherever they are not the key."""
    dimensions = {
        "la_code": "dim_authority", "indicator_id": "dim_indicator", "rule_id": "dim_quality_rule",
        "ground": "dim_ground",
    }  # fmt: skip
    held = {
        (node["attached_node"], node["column_name"])
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "relationships"
    }

    assert [
        (node["name"], column)
        for key, node in models.items()
        for column, dimension in dimensions.items()
        if layer(node) in SHOWN
        and column in node["columns"]
        and node["name"] != dimension
        and (key, column) not in held
    ] == []


def test_each_model_is_described_in_a_file_of_its_own_folder(models: dict[str, Node]) -> None:
    def is_away(_: str, node: Node) -> bool:
        said = PurePath((node["patch_path"] or "").partition("://")[2])
        return said.parent != PurePath(node["original_file_path"]).parent

    assert names(models, is_away) == set()


def test_a_model_is_named_by_its_folder(models: dict[str, Node]) -> None:
    assert names(models, lambda _, n: n["name"].split("_")[0] not in PREFIXES[layer(n)]) == set()


def test_every_source_has_columns_that_are_described_and_a_reader(
    manifest: dict[str, dict[str, Node]],
) -> None:
    sources = manifest["sources"]
    read = {parent for node in manifest["nodes"].values() for parent in parents(node)}

    assert names(sources, lambda _, source: not source["description"] or not source["columns"]) == set()
    assert (
        names(sources, lambda _, source: any(not c["description"] for c in source["columns"].values()))
        == set()
    )
    assert names(sources, lambda key, _: key not in read) == set()


def test_a_staging_model_reads_one_source_and_nothing_else(models: dict[str, Node]) -> None:
    """Nothing is joined, and no model behind it is read."""
    staging = {key: node for key, node in models.items() if layer(node) == "staging"}

    assert len(staging) > 60
    assert names(staging, lambda _, n: [p.split(".")[0] for p in parents(n)] != ["source"]) == set()


def test_a_source_is_read_by_one_model_which_is_its_staging(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    """Whoever else wants it reads what staging makes of it."""
    readers = {key: [n["name"] for n in models.values() if key in parents(n)] for key in manifest["sources"]}

    assert {
        source["name"]: readers[key]
        for key, source in manifest["sources"].items()
        if readers[key] != [f"stg_{source['source_name']}__{source['name']}"]
    } == {}


def test_no_table_is_declared_as_a_source_twice(manifest: dict[str, dict[str, Node]]) -> None:
    declared = Counter((s["schema"], s["identifier"]) for s in manifest["sources"].values())

    assert {table: times for table, times in declared.items() if times > 1} == {}


def test_a_source_and_its_staging_lie_in_a_folder_of_its_name(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    staging = {key: node for key, node in models.items() if layer(node) == "staging"}

    assert names(staging, lambda _, n: n["fqn"][2] != n["name"].split("_")[1]) == set()
    assert (
        names(
            manifest["sources"],
            lambda _, s: PurePath(s["original_file_path"]).parts[1:3] != ("staging", s["source_name"]),
        )
        == set()
    )


def test_no_intermediate_model_reads_a_mart(models: dict[str, Node]) -> None:
    """Dimensions aside, by which all figures are keyed, no fact, report or check is read on the way."""
    facts = {key for key, node in models.items() if node["name"].split("_")[0] in ("fct", "rpt", "chk")}
    between = {key: node for key, node in models.items() if layer(node) == "intermediate"}

    assert names(between, lambda _, node: any(p in facts for p in parents(node))) == set()


def test_views_are_not_chained_beyond_what_a_planner_reads_at_a_glance(models: dict[str, Node]) -> None:
    def chain(key: str) -> int:
        if models[key]["config"]["materialized"] == "fresh_table":
            return 0
        return 1 + max((chain(p) for p in parents(models[key]) if p in models), default=0)

    # a work list is asked for by hand, one authority at a time, and made over the evidence as it stands
    asked = {key: node for key, node in models.items() if layer(node) != "restricted"}
    assert names(asked, lambda key, _: chain(key) > MOST_VIEWS_IN_A_CHAIN) == set()


def test_what_names_children_is_in_no_release(models: dict[str, Node]) -> None:
    """It lies in a schema that no release is made of, and no model outside its own folder reads it."""
    restricted = {key: node for key, node in models.items() if layer(node) == "restricted"}

    assert restricted
    assert {(n["schema"], n["group"]) for n in restricted.values()} == {("restricted", "restricted")}
    assert "public" not in {n["access"] for n in restricted.values()}
    readers = {
        key: n for key, n in models.items() if key not in restricted and restricted.keys() & set(parents(n))
    }
    assert names(readers, lambda *_: True) == set()


def test_every_model_has_a_reader_and_reads_by_reference(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    read = {parent for node in models.values() for parent in parents(node)}
    read |= {parent for exposure in manifest["exposures"].values() for parent in parents(exposure)}

    assert names(models, lambda key, _: key not in read) == set()
    assert names(models, lambda _, node: not parents(node)) == set()
    assert names(models, lambda _, node: bool(HARD_CODED.search(node["raw_code"]))) == set()


def test_every_model_is_of_a_group_and_what_readers_get_is_public_under_contract(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    """Public is what is shown and nothing else; what another group or an exposure reads is not private."""
    groups = {group["name"] for group in manifest["groups"].values()}
    read_abroad = {
        parent
        for node in models.values()
        for parent in parents(node)
        if parent in models and models[parent]["group"] != node["group"]
    }
    read_abroad |= {parent for exposure in manifest["exposures"].values() for parent in parents(exposure)}
    between = {key: node for key, node in models.items() if layer(node) == "intermediate"}

    assert names(models, lambda _, node: node["group"] not in groups) == set()
    assert names(models, lambda _, node: (node["access"] == "public") != (layer(node) in SHOWN)) == set()
    assert names(between, lambda key, node: (node["access"] == "protected") != (key in read_abroad)) == set()


def test_every_model_with_a_key_is_held_to_it(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    """One row for each key and no key empty. Evidence has none: an event may count more than once."""
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test" and node["test_metadata"]["name"] == "one_row_per"
    }

    assert names(models, lambda key, _: key not in keyed) == WITHOUT_A_KEY | {
        node["name"] for node in models.values() if node["name"].endswith("__evidence")
    }


def test_all_that_is_shown_is_in_an_exposure(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    exposed = {parent for exposure in manifest["exposures"].values() for parent in parents(exposure)}

    assert names(models, lambda key, node: layer(node) in SHOWN and key not in exposed) == set()


def test_an_exposure_names_every_model_that_its_files_read(
    manifest: dict[str, dict[str, Node]], models: dict[str, Node]
) -> None:
    known = {node["name"]: key for key, node in models.items()}
    forgotten = {}
    for exposure in manifest["exposures"].values():
        read_by = exposure["config"]["meta"]["read_by"]
        text = "\n".join((ROOT / file).read_text(encoding="utf-8") for file in read_by)
        read = {known[word] for word in re.findall(r"\w+", text) if word in known}
        if lacking := read - set(parents(exposure)):
            forgotten[exposure["name"]] = lacking

    assert forgotten == {}


def test_what_many_columns_say_stands_in_a_doc_block(manifest: dict[str, dict[str, Node]]) -> None:
    """The returns' own words aside: their contracts are the home of those."""
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    said = Counter(
        column["description"]
        for node in nodes
        if node.get("source_name") != "returns"
        for column in node.get("columns", {}).values()
        if column["description"] and not column["doc_blocks"]
    )

    assert {text: times for text, times in said.items() if times > MOST_REPEATS} == {}
