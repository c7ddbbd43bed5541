"""Slow proofs, each with a floor and an exit code. `make acceptance` lists them; SUITE=name runs one."""

import ast
from pathlib import Path


def suites() -> dict[str, str]:
    """Each suite by name, with the first line of what it says of itself."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in module.body):
            found[path.stem] = (ast.get_docstring(module) or "").splitlines()[0]
    return found
