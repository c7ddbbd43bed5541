"""A copy of the project to break on purpose, and whether its tests notice."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".demo", "__pycache__", "*.duckdb", ".*_cache", "site")


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Whether the copy passes these tests; the first that fails ends them."""
    told = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    env = os.environ | {"PYTHONPATH": str(copy)}  # before the project that is installed
    ended = subprocess.run(told, cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert ended.returncode in (0, 1, 2), ended.stdout + ended.stderr  # 2: a test that does not load
    return ended.returncode == 0
