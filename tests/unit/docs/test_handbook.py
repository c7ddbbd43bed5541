"""The handbook's made pages: nothing left out, and each fact as its home says it."""

import csv
import re
from pathlib import Path

import pytest

from docs._hooks.handbook import evidence_blocks, on_page_content, pages
from ingest.contracts.return_schema import load_formats
from ingest.paths import DBT_PROJECT
from ingest.reference.own_files import declared_files
from orchestration.cli import main


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dict(pages())


def seed(name: str) -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_indicator_has_a_page_with_its_rule_and_the_sql_that_counts_it(made: dict[str, str]) -> None:
    for row in seed("indicator_catalogue"):
        page = made[f"indicators/{row['indicator_id']}.md"]
        assert page.startswith(f"# {row['title']}\n")
        assert row["numerator_rule"].replace("|", "\\|").replace("<", "&lt;") in page
        if row["numerator_rule"] != "reported only":
            assert f"'{row['indicator_id']}'" in page.split("```sql")[1]


def test_an_evidence_block_is_cut_where_its_table_ends() -> None:
    file, sql = dict(evidence_blocks())["icpc_held"]

    assert file.endswith("protection/int_conferences__evidence.sql")
    assert sql.startswith("-- icpc_held, icpc_rate_10k  Initial conferences held")
    assert sql.count(" as (") == 1
    assert sql.endswith("\n)")


def test_every_return_code_list_rule_mart_and_command_is_there(made: dict[str, str]) -> None:
    sent = [name for name, fmt in load_formats().items() if not fmt.is_reference]

    assert {f"returns/{name}.md" for name in sent} <= set(made)
    for fmt in load_formats().values():
        for field in fmt.fields:
            assert not field.code_list or f"{{ #{field.code_list} }}" in made["codes.md"]
    assert all(f"| `{rule['rule_id']}` | " in made["rules.md"] for rule in seed("quality_rules"))
    for mart in ("fct_indicator_values", "fct_benchmarks", "dim_calendar", "fct_findings"):
        assert f"## `{mart}`" in made["dictionary.md"]
    assert "| `la_code` | varchar | Three-digit DfE code of the authority" in made["dictionary.md"]
    assert "doc(" not in made["dictionary.md"]
    assert all(f"## `line-of-sight {name}`" in made["commands.md"] for name in main.commands)


def test_every_file_of_the_reference_folder_has_a_page_with_each_of_its_columns(made: dict[str, str]) -> None:
    files = declared_files()

    assert set(files) == {
        *("actions.csv", "authorities.csv", "commentary.csv", "comparators.csv", "named_periods.csv"),
        *("peers.csv", "population.csv", "process_changes.csv", "targets.csv"),
    }
    for file, fmt in files.items():
        page = made[f"reference/{fmt.name}.md"]
        assert page.startswith(f"# `{file}`\n")
        assert all(f"| `{f.name}` | " in page and f.about in page for f in fmt.fields)
        assert f"]({fmt.name}.md)" in made["reference/index.md"]
    # average caseload, and plans that are a second or later one
    assert "| band | a band that it should keep within | 2 |" in made["reference/targets.md"]


def test_each_table_stands_in_a_frame_that_the_keyboard_reaches() -> None:
    page = on_page_content("<table><tr></tr></table><p>and</p><table></table>")

    assert page.count('tabindex="0"') == page.count("</table></div>") == 2


def test_every_decision_has_a_number_of_its_own_and_a_line_in_the_index() -> None:
    pages_of = sorted((DBT_PROJECT.parent / "docs/decisions").glob("[0-9]*.md"))
    index = (DBT_PROJECT.parent / "docs/decisions/index.md").read_text(encoding="utf-8")

    numbers = [int(page.name[:4]) for page in pages_of]
    assert len(set(numbers)) == len(numbers)
    for number, page in zip(numbers, pages_of, strict=True):
        heading = page.read_text(encoding="utf-8").splitlines()[0]
        assert heading.startswith(f"# {number}. ")
        assert f"| {number} | [{heading.removeprefix(f'# {number}. ')}]({page.name}) |" in index


@pytest.mark.parametrize("page", sorted((DBT_PROJECT.parent / "docs").rglob("*.md")), ids=lambda p: p.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    root = DBT_PROJECT.parent
    rooms = "ingest|synthetic|expectations|dbt_project|publication|orchestration|tests"
    named = re.findall(rf"(?<![\w/.-])((?:{rooms})/[\w./-]*\w)", page.read_text(encoding="utf-8"))

    assert [path for path in named if not (root / path).exists() and "your" not in path] == []
