"""The tables of docs/settings.md and docs/reports.md, from what declares their keys; run, it writes them."""

import re
from pathlib import Path

from ingest.contracts.settings import Section, Settings, all_keys
from orchestration.settings_file import standing
from publication.reports.kinds import ReportKind

DOCS = Path(__file__).parents[2] / "docs"
PAGES: dict[str, tuple[str, type[Section]]] = {
    "settings.md": ("keys", Settings),
    "reports.md": ("kinds", ReportKind),
}


def page(name: str) -> str:
    """A page with every key in its table."""
    mark, root = PAGES[name]
    lines = ["| Key | Without it | What it says |", "|---|---|---|"]
    for key, declared in all_keys(root):
        default = standing(declared)
        lines.append(f"| `{key}` | {f'`{default}`' if default else ''} | {declared.description} |")
    table = "\n".join(lines)
    between = re.compile(rf"(<!-- {mark}: .* -->\n).*(<!-- /{mark} -->)", re.DOTALL)
    text = (DOCS / name).read_text(encoding="utf-8")
    return between.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)


if __name__ == "__main__":
    for name in PAGES:
        (DOCS / name).write_text(page(name), encoding="utf-8")
