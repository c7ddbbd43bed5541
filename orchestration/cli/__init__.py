"""The command line: what a performance analyst types each month, and what a script can rely on."""

from orchestration.cli import (
    dashboard,
    keys,
    maintenance,
    months,
    new,
    page,
    query,
    receiving,
    refresh,
    releases,
    reports,
    setup,
    synthetic,
)
from orchestration.cli.group import main

__all__ = [
    "dashboard",
    "keys",
    "main",
    "maintenance",
    "months",
    "new",
    "page",
    "query",
    "receiving",
    "refresh",
    "releases",
    "reports",
    "setup",
    "synthetic",
]
