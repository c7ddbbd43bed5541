"""The definitions: all there, joined from landing to release, and loaded without touching the network."""

import os
import subprocess
import sys

import dagster as dg
import pytest
import yaml

from ingest.contracts.return_schema import submitted_formats
from ingest.paths import DBT_PROJECT
from orchestration.asset_groups import ASSET_GROUPS
from orchestration.definitions import defs
from orchestration.runtime.dagster_home import CONFIG


@pytest.fixture(scope="module")
def graph():
    return defs.resolve_asset_graph()


def test_every_return_has_an_asset_and_the_release_is_at_the_end(graph) -> None:
    landed = {key.path[1] for key in graph.get_all_asset_keys() if key.path[0] == "returns"}

    assert landed == set(submitted_formats())
    upstream = {dg.AssetKey("release")}
    while more := {p for key in upstream for p in graph.get(key).parent_keys} - upstream:
        upstream |= more
    assert dg.AssetKey(["returns", "cp_plans"]) in upstream
    assert dg.AssetKey("fct_indicator_values") in upstream


def test_all_of_it_loads_as_the_page_loads_it() -> None:
    defs.get_repository_def().load_all_definitions()


def test_every_asset_says_what_it_is_and_whose(graph) -> None:
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]

    assert [n.key for n in nodes if n.is_materializable and not n.description] == []
    assert [n.key for n in nodes if n.is_materializable and not n.owners] == []
    assert {n.group_name for n in nodes if n.is_materializable} == set(ASSET_GROUPS)


def test_no_asset_needs_one_of_a_later_stage(graph) -> None:
    order = list(ASSET_GROUPS)
    stage = {key: order.index(graph.get(key).group_name) for key in graph.materializable_asset_keys}
    backwards = {
        (parent.to_user_string(), key.to_user_string())
        for key in stage
        for parent in graph.get(key).parent_keys
        if parent in stage and stage[parent] > stage[key]
    }

    assert backwards == set()


def test_every_return_and_the_marts_have_checks(graph) -> None:
    checked = {key.asset_key for key in graph.asset_check_keys}

    assert {dg.AssetKey(["returns", name]) for name in submitted_formats()} <= checked
    assert dg.AssetKey("fct_indicator_values") in checked


def test_importing_the_definitions_opens_no_connection() -> None:
    code = (
        "import socket\n"
        "def refuse(*_): raise SystemExit('a connection was attempted')\n"
        "socket.socket.connect = refuse\n"
        "import orchestration.definitions\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr


def test_telemetry_is_off_where_each_tool_looks() -> None:
    assert yaml.safe_load(CONFIG.read_text())["telemetry"] == {"enabled": False}
    flags = yaml.safe_load((DBT_PROJECT / "dbt_project.yml").read_text())["flags"]
    assert flags["send_anonymous_usage_stats"] is False
    without = {name: value for name, value in os.environ.items() if name != "GX_ANALYTICS_ENABLED"}
    code = "import expectations, os; print(os.environ['GX_ANALYTICS_ENABLED'])"
    asked = [sys.executable, "-c", code]
    ended = subprocess.run(asked, env=without, capture_output=True, text=True, check=False)
    assert ended.stdout.strip() == "false", ended.stderr
