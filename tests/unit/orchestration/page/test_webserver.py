"""What may be asked of the Dagster page, and what a run that it launches may be given."""

from typing import Any

import dagster as dg
import pytest
from graphql import GraphQLError
from starlette.middleware import Middleware

from orchestration.definitions import defs
from orchestration.page.webserver import MUTATIONS, RestrictedWebserver, shortened

ELSEWHERE = {"resources": {"warehouse": {"config": {"release": "/tmp/elsewhere"}}}}


@pytest.fixture(scope="module")
def page() -> RestrictedWebserver:
    return RestrictedWebserver(None, Middleware(lambda app: app))  # type: ignore[arg-type]


def test_only_the_orders_of_a_month_are_in_the_schema(page: RestrictedWebserver) -> None:
    mutations = page._graphene_schema.graphql_schema.mutation_type.fields
    assert set(mutations) == MUTATIONS


def test_orders_come_by_post_and_events_not_at_all(page: RestrictedWebserver) -> None:
    routes = [route for route in page.build_routes() if hasattr(route, "methods")]
    assert [r.methods for r in routes if r.path == "/graphql"] == [{"POST"}]
    assert [r.path for r in routes if "POST" in (r.methods or ())] == ["/graphql"]


@pytest.mark.parametrize(
    "config",
    [
        ELSEWHERE,
        "resources: {warehouse: {config: {release: /tmp/elsewhere}}}",
        {"ops": {"load_sources": {"config": {"overrides": [], "release": "/tmp/elsewhere"}}}},
        {"ops": {"load_sources": {"inputs": {"x": 1}}}},
        {"ops": {"release": {"config": {}}}},
        {"ops": {"load_sources": "overrides"}},
        {"execution": {"config": {"retries": {}}}},
        {"loggers": {"console": {"config": {"log_level": "DEBUG"}}}},
        ["ops"],
        "ops: [",
    ],
)
def test_a_run_is_given_no_folders_keys_or_destinations(config: Any) -> None:
    for given in ({"runConfigData": config}, [{"runConfigData": config}]):
        with pytest.raises(GraphQLError):
            shortened(given)


@pytest.mark.parametrize("config", [None, "", "{}", {}, {"resources": {}}])
def test_a_run_needs_no_config(config: Any) -> None:
    assert shortened({"runConfigData": config})["runConfigData"] in (None, {})


def test_a_run_is_given_overrides_and_closings_as_they_were_checked() -> None:
    load_sources = {"load_sources": {"config": {"overrides": [{"ground": "stopped"}]}}}
    closing = {"closings": {"config": {"month": "2025-01", "by_name": "A. Name"}}}
    assert shortened({"runConfigData": {"ops": load_sources | closing}})["runConfigData"] == {
        "ops": load_sources | closing
    }
    text = "ops:\n  load_sources:\n    config: {overrides: []}\n"
    assert shortened({"runConfigData": text})["runConfigData"] == {
        "ops": {"load_sources": {"config": {"overrides": []}}}
    }


def test_the_folders_are_no_run_config_whoever_launches() -> None:
    job = defs.resolve_job_def("refresh")
    dg.validate_run_config(job, {})
    with pytest.raises(dg.DagsterInvalidConfigError):
        dg.validate_run_config(job, ELSEWHERE)
