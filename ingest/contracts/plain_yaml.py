"""YAML that people write: every scalar as its text (001 is a code, 06:00 an hour), and no key twice."""

from collections.abc import Callable
from pathlib import Path

import yaml


def read_plain(path: Path, problems: list[str]) -> object:
    """What a file says; None where it says nothing. A key that is there twice goes among the problems.

    Raises ValueError where it is not YAML, with the line.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"{path.name} is not YAML{f': see line {mark.line + 1}' if mark else ''}") from None
    return _plain(root, "", problems.append) if root else None


def _plain(node: yaml.Node, where: str, complain: Callable[[str], None]) -> object:
    if isinstance(node, yaml.MappingNode):
        found: dict[str, object] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in found:
                complain(f"{where}{name} is there twice (line {key.start_mark.line + 1})")
            found[name] = _plain(value, f"{where}{name}: ", complain)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, where, complain) for one in node.value]
    return str(node.value)
