"""A copy of what a clone is written in."""

import shutil
from pathlib import Path

import pytest

from orchestration.scaffold.project import HERE, Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A copy of the dbt project and the contracts, to write in."""
    dbt, contracts = tmp_path / "dbt_project", tmp_path / "contracts"
    shutil.copytree(HERE.dbt, dbt, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(HERE.contracts, contracts)
    return Project(dbt, contracts)
