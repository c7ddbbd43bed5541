"""Dagster's own web server with fewer doors: no orders by GET, no forged events, a short run config."""

from collections.abc import Callable, Mapping
from typing import Any

import yaml
from dagster._core.workspace.context import IWorkspaceProcessContext
from dagster_webserver.webserver import DagsterWebserver
from graphene import Schema
from graphql import GraphQLError
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

# What may be asked for. Runs are not deleted and events not written from the page: they are the record of
# who refreshed what; the rest changes no figure and is no part of the month.
MUTATIONS = {
    "launchPipelineExecution", "launchRun", "launchMultipleRuns",
    "launchPipelineReexecution", "launchRunReexecution",
    "launchPartitionBackfill", "resumePartitionBackfill", "reexecutePartitionBackfill",
    "cancelPartitionBackfill", "terminatePipelineExecution", "terminateRun", "terminateRuns",
    "startSchedule", "stopRunningSchedule", "resetSchedule", "scheduleDryRun",
    "startSensor", "stopSensor", "resetSensor", "sensorDryRun",
    "reloadRepositoryLocation", "reloadWorkspace", "logTelemetry", "setNuxSeen",
}  # fmt: skip
NO_ROUTES = ("/report_asset", "/logs", "/notebook", "/dagit", "/download_debug")
# The config that a run may be given, step by step; None where the step's own config says what it takes.
# Folders, the key and where a release goes are settings of whoever started the page.
RUN_CONFIG: Mapping[str, set[str] | None] = {
    "load_sources": {"overrides"},
    "closings": None,
    "reopenings": None,
}
MAY_CHOOSE = "a run that the page launches can choose its month, overrides and closings, and nothing else"


class RestrictedWebserver(DagsterWebserver[Any, Any]):
    """Dagster's page as this product serves it, behind the middleware given."""

    def __init__(self, context: IWorkspaceProcessContext, guard: Middleware) -> None:
        self._guard = guard
        super().__init__(context, live_data_poll_rate=2000)

    def build_middleware(self) -> list[Middleware]:
        return [self._guard, *super().build_middleware()]

    def build_routes(self) -> list[BaseRoute]:
        routes = [r for r in super().build_routes() if not getattr(r, "path", "").startswith(NO_ROUTES)]
        for place, route in enumerate(routes):
            if isinstance(route, Route) and route.name == "graphql-http":
                # a query in an address is a mutation that an <img> of any page can send
                routes[place] = Route(route.path, route.endpoint, name=route.name, methods=["POST"])
        return routes

    def build_graphql_schema(self) -> Schema:
        schema = super().build_graphql_schema()
        mutations = schema.graphql_schema.mutation_type
        assert mutations is not None
        for name, field in list(mutations.fields.items()):
            if name not in MUTATIONS:
                del mutations.fields[name]
            elif field.resolve is not None and "Params" in str(field.args):
                field.resolve = _with_short_config(field.resolve)
        return schema


def _with_short_config(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def resolve_short(root: Any, info: Any, **given: Any) -> Any:
        return resolve(root, info, **{name: shortened(value) for name, value in given.items()})

    return resolve_short


def shortened(given: Any) -> Any:
    """A launch's parameters with their run config read and checked. Raises GraphQLError.

    Config comes as a mapping or as YAML; Dagster is handed what was checked, not what was sent.
    """
    if isinstance(given, list):
        return [shortened(each) for each in given]
    if isinstance(given, dict) and given.get("runConfigData") is not None:
        given["runConfigData"] = _checked(given["runConfigData"])
    return given


def _checked(sent: Any) -> dict[str, Any]:
    try:
        config = yaml.safe_load(sent) if isinstance(sent, str) else sent
    except yaml.YAMLError:
        raise GraphQLError("the run config is not YAML") from None
    config = config or {}
    steps = config.get("ops") or {} if isinstance(config, dict) else None
    if not isinstance(steps, dict) or any(config[key] for key in config if key != "ops"):
        raise GraphQLError(MAY_CHOOSE)
    for step, said in steps.items():
        inner = said.get("config", {}) if isinstance(said, dict) else None
        if step not in RUN_CONFIG or not isinstance(inner, dict) or set(said) - {"config"}:
            raise GraphQLError(MAY_CHOOSE)
        may = RUN_CONFIG[step]
        if may is not None and set(inner) - may:
            raise GraphQLError(MAY_CHOOSE)
    return {"ops": steps} if steps else {}
