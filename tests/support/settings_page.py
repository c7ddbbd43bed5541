"""The table of docs/settings.md, from the declaration of the settings: run as a module, it writes it."""

import re
from pathlib import Path

from ingest.contracts.settings import all_keys
from orchestration.settings_file import standing

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
BETWEEN = re.compile(r"(<!-- keys: .* -->\n).*(<!-- /keys -->)", re.DOTALL)


def page() -> str:
    """The page with every key in its table."""
    lines = ["| Key | Without it | What it says |", "|---|---|---|"]
    for key, declared in all_keys():
        default = standing(declared)
        lines.append(f"| `{key}` | {f'`{default}`' if default else ''} | {declared.description} |")
    table = "\n".join(lines)
    return BETWEEN.sub(lambda found: f"{found[1]}{table}\n{found[2]}", PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
