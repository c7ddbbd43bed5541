"""The handbook's pages that are made, not written: each from the one home of its facts. A hook of mkdocs.

Indicators come from the catalogue, the benchmark notes and the evidence blocks; returns from
ingest/contracts/returns; the data dictionary from the marts as dbt reads them; commands from the command
line itself.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from ingest.contracts import dates
from ingest.contracts.return_schema import Field, ReturnFormat, load_formats
from ingest.contracts.tolerances import AS_WRITTEN
from ingest.paths import DBT_PROJECT
from ingest.reference.own_files import declared_files
from orchestration.asset_groups import in_words
from orchestration.runtime.dbt_build import manifest_path
from publication.counting_rules import HEADING
from publication.public_pack.methodology import tied_to_in_words

ROOT = DBT_PROJECT.parent
SEEDS = DBT_PROJECT / "seeds"
AT_THE_ROOT = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE")

Row = Mapping[str, str]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the made pages in the navigation, where mkdocs.yml leaves a place for them."""
    areas: dict[str, list[Any]] = {}
    for row in _seed("indicator_catalogue"):
        page = {row["title"]: f"indicators/{row['indicator_id']}.md"}
        areas.setdefault(row["area"], []).append(page)
    returns = [{name: f"returns/{name}.md"} for name in _sent()]
    places = {
        "indicators": ["indicators/index.md", *({area: pages} for area, pages in areas.items())],
        "returns": ["returns/index.md", {"Each return": returns}, {"Code lists": "codes.md"}],
        "reference": [
            "reference/index.md",
            *({f"{name}.csv": f"reference/{name}.md"} for name in _kept()),
        ],
        "decisions": [
            "decisions/index.md",
            *(
                {_title(path): f"decisions/{path.name}"}
                for path in sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
            ),
        ],
    }
    config.nav = [_filled(entry, places) for entry in config.nav or []]
    return config


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Say the stages of the graph where a page asks for them."""
    return markdown.replace("<!-- stages -->", in_words())


def on_page_content(html: str, **_: Any) -> str:
    """A wide table is moved sideways by the keyboard too: the theme's own frame around it takes no focus."""
    framed = '<div class="wide" role="group" aria-label="Table" tabindex="0">'
    return html.replace("<table>", f"{framed}<table>").replace("</table>", "</table></div>")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every made page."""
    for path, text in pages():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> Iterator[tuple[str, str]]:
    """Every made page: its path in the handbook, and its Markdown."""
    catalogue, formats = _seed("indicator_catalogue"), load_formats()
    evidence = dict(evidence_blocks())
    yield "indicators/index.md", _indicators(catalogue)
    for row in catalogue:
        yield f"indicators/{row['indicator_id']}.md", _indicator(row, evidence.get(row["indicator_id"]))
    yield "returns/index.md", _returns(formats)
    for name in _sent():
        yield f"returns/{name}.md", _return(formats[name], catalogue)
    yield "reference/index.md", _reference()
    for name, fmt in _kept().items():
        yield f"reference/{name}.md", _reference_file(fmt)
    yield "codes.md", _codes()
    yield "rules.md", _rules()
    yield "dictionary.md", _dictionary()
    yield "commands.md", _commands()
    for name in AT_THE_ROOT:
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text if name.endswith(".md") else f"# Licence\n\n{text}"
        yield f"{Path(name).stem.lower()}.md", text


def evidence_blocks() -> Iterator[tuple[str, tuple[str, str]]]:
    """Each indicator with the file and the SQL that says who counts: from its heading to the next one."""
    for path in sorted((DBT_PROJECT / "models" / "intermediate").rglob("*.sql")):
        text = path.read_text(encoding="utf-8")
        headings = list(HEADING.finditer(text))
        for heading in headings:
            block = text[heading.start() :]
            ends = re.search(r"\n\)(,|\n)", block) if heading.start() else None  # or all of the model
            sql = block[: ends.start() + 2] if ends else block
            for indicator_id in heading[1].split(", "):
                yield indicator_id, (str(path.relative_to(ROOT)), sql)


def _indicators(catalogue: Sequence[Row]) -> str:
    lines = ["# Indicators", "", f"{len(catalogue)} indicators, in the order of a scorecard."]
    area = ""
    for row in catalogue:
        if row["area"] != area:
            area = row["area"]
            lines += ["", f"## {area}", "", "| Indicator | Title | Unit | Better |", "|---|---|---|---|"]
        name = row["indicator_id"]
        lines.append(f"| [`{name}`]({name}.md) | {row['title']} | {row['unit']} | {row['polarity']} |")
    return "\n".join(lines) + "\n"


def _indicator(row: Row, evidence: tuple[str, str] | None) -> str:
    name = row["indicator_id"]
    lines = [
        f"# {row['title']}",
        "",
        f"`{name}`, {row['area']}.",
        "",
        "## The rule",
        "",
        *_table(
            ("About", "Rule"),
            [
                ("Counted", row["numerator_rule"]),
                ("Out of", row["denominator_rule"]),
                ("Counts in the month of", f"`{row['counted_on']}`"),
                (
                    "Unit",
                    f"{row['unit']}: {row['scale']} x counted / out of" if row["scale"] else row["unit"],
                ),
                ("Better", row["polarity"]),
                ("Counts", f"{row['count_unit']}s, as a {row['kind']}"),
                ("Answered for", row["bases"].replace(" ", ", ")),
                ("Broken down by", row["breakdowns"].replace(" ", ", ")),
                (
                    "Looks back",
                    f"{row['lookback_days']} days" if row["lookback_days"] not in ("", "0") else "no",
                ),
            ],
        ),
        "",
        "In these rules `D` is the last day of the period, `A` the day the snapshot was taken, `wd` and "
        "`in_wd` count working days of England with the starting day as day 0, and `days` calendar days.",
    ]
    if row["decision_note"]:
        lines += ["", "## Standard and caveats", "", row["decision_note"]]
    lines += ["", "## What it is worked out from", "", *_sources(row)]
    if tied := tied_to_in_words(name, row["bases"]):
        said = "What the public pack reckons with: a name is what it counts, with `.d` what that is out of."
        lines += ["", "## Tied to", "", said, "", *(f"- {line}" for line in tied)]
    lines += ["", "## Published figures beside it", "", *_beside(name)]
    if evidence:
        file, sql = evidence
        lines += ["", "## Who counts, in SQL", "", f"From `{file}`:", "", "```sql", sql, "```"]
    else:
        lines += [
            "",
            "## Who counts",
            "",
            "It comes as an aggregate on `indicator_returns`; nothing is counted.",
        ]
    lines += [
        "",
        "## Ask for it",
        "",
        "```sh",
        f"line-of-sight explain {name} --authority 001 --month 2025-03",
        "```",
    ]
    return "\n".join(lines) + "\n"


def _sources(row: Row) -> list[str]:
    needed, also = row["returns_required"].split(), row["returns_optional"].split()
    row_id = row["indicator_id"]
    lines = [f"- [`{name}`](../returns/{name}.md), without which there is no answer" for name in needed]
    lines += [f"- [`{name}`](../returns/{name}.md), which refines the answer where it came" for name in also]
    limits = [
        limit
        for limit in _seed("format_limits")
        if limit["return_name"] in (*needed, *also) and limit["indicator_id"] in ("*", row_id)
    ]
    fields = [row for row in _seed("indicator_fields") if row["indicator_id"] == row_id]
    if fields:
        lines += ["", "It rests on these fields, and is held where they are in doubt:", ""]
        lines += [
            f"- `{name}`: " + ", ".join(f"`{f['field_name']}`" for f in fields if f["return_name"] == name)
            for name in dict.fromkeys(f["return_name"] for f in fields)
        ]
    if limits:
        lines += ["", "Formats that cannot supply all of it:", ""]
        lines += [f"- {x['source_format']}, `{x['return_name']}`: {x['reason']}" for x in limits]
    return lines


def _beside(indicator_id: str) -> list[str]:
    notes = [row for row in _seed("benchmark_notes") if row["indicator_id"] == indicator_id]
    absent = [row["reason"] for row in _seed("benchmark_absences") if row["indicator_id"] == indicator_id]
    if not notes:
        return absent or ["None."]
    rows = [
        (row["publication"], row["definition"], row["comparability"] or "the same thing is counted")
        for row in notes
    ]
    return _table(("Publication", "Definition", "In what way"), rows)


def _returns(formats: Mapping[str, ReturnFormat]) -> str:
    rows = [(f"[`{n}`]({n}.md)", formats[n].source_table, formats[n].about) for n in _sent()]
    return "\n".join(
        [
            "# Returns",
            "",
            "One file a return, named after it: `raw/2025-03/372/contacts.csv`. None is compulsory: what "
            "does not come is said to be missing, and never counted as zero. `ssd_` tables are the Standard "
            "Safeguarding Dataset's; `ext_` tables are small lists beside it.",
            "",
            *_table(("Return", "Table", "What it holds"), rows),
            "",
            *_dates(),
            "",
            *_tolerances(),
            "",
        ]
    )


def _reference() -> str:
    rows = [(f"[`{name}.csv`]({name}.md)", fmt.about) for name, fmt in _kept().items()]
    return "\n".join(
        [
            "# Reference files",
            "",
            "What the warehouse keeps rather than receives, as CSV directly in `reference/` under these "
            "names. None is compulsory. Their cells are read as those of "
            "[returns](../returns/index.md#dates) are.",
            "",
            *_table(("File", "What it holds"), rows),
            "",
            "Beside them lies, under any name and in any folder below, what others publish: DfE's tables as "
            "CSV, LAIT's long table and its dictionary, mid-year estimates of ONS, lists of statistical "
            "neighbours.",
            "",
            "## What is found in them",
            "",
            "A row that no figure can read is said among the findings of a refresh (`fct_findings`, with "
            "`reference/` before the file), and changes no other: a cell that cannot be read, an indicator "
            "or an authority that there is not, a target or a band that its figure does not take, a "
            "population that is missing of an authority that has returns, a column that is not known, a file "
            "that has the columns of one of these and another name.",
            "",
        ]
    )


def _reference_file(fmt: ReturnFormat) -> str:
    fields = [(f"`{f.name}`", _type(f, "../returns/"), _needed(f, fmt), f.about) for f in fmt.fields]
    key = ", ".join(f"`{column}`" for column in fmt.key)
    return "\n".join(
        [
            f"# `{fmt.name}.csv`",
            "",
            f"{fmt.about} One row for each {key}.",
            "",
            *_table(("Column", "Type", "Needed", "What it is"), fields),
            "",
            *(_taken_targets() if fmt.name == "targets" else ()),
        ]
    )


def _taken_targets() -> list[str]:
    """Which figures take a target, and which a band: by their polarity."""
    takes = {"higher": "a target that it should reach", "lower": "a target that it should not pass"}
    takes |= {"band": "a band that it should keep within", "neutral": "nothing"}
    rows = [
        (polarity, words, str(sum(row["polarity"] == polarity for row in _seed("indicator_catalogue"))))
        for polarity, words in takes.items()
    ]
    return [
        "## What a figure takes",
        "",
        "Its page says which way is better. A band on a figure that takes a target is judged beside it. A "
        "row with `due_date` is a milestone: its target is to be met by the end of that month, and no band "
        "beside it is read. An authority's own row goes before that of `ENG`, and a later `from_date` before "
        "an earlier one.",
        "",
        *_table(("Better", "Takes", "Indicators"), rows),
        "",
    ]


def _dates() -> list[str]:
    forms = [dates.NOTED[form].format(century=dates.CENTURY[False]) for form in dates.NOTED]
    return [
        "## Dates { #dates }",
        "",
        "Dates are sent as `2025-03-14` or `14/03/2025`, with or without a time behind them. A column in "
        "another form is read too, and leaves one finding `date_form_noted` with its number of cells, which "
        "is no fault: cells that",
        "",
        *(f"- {form}" for form in forms),
        "",
        f"The year of a birth is taken {dates.CENTURY[True]}; one that may be of the year to come is not "
        "read.",
        "",
        "All dates of a file have one order, and the day is first. Where one shows that it is not "
        "(`3/14/2025`, or `99-03-14`), those that can be read in one way only are read, and every other of "
        "its column, and of columns of the file without a date that shows the day first (`14/3/2025`), is a "
        "finding `order_of_dates_unsure` and counts as empty: nothing is guessed. "
        "Day numbers of Excel are read where every cell of the column is one from "
        f"{dates.FIRST_EVENT.year} (for births, {dates.FIRST_BIRTH.year}) to the second year after the month "
        "reported; numbers that may be years are not.",
    ]


def _tolerances() -> list[str]:
    return [
        "## How it may be written { #written }",
        "",
        "A return is known by its name and header row together: `ssd_cp_plans.csv`, `CP_Plans (1).CSV` and "
        "`cp_plans_202503.txt` are all `cp_plans`, and where the two disagree the header row wins. "
        "Two files that hold one return are both left aside, unless their rows are equal. Beside plain CSV "
        "these forms are read, and each leaves one finding, which is no fault:",
        "",
        *_table(("Finding", "What is read so"), [(f"`{kind}`", said) for kind, said in AS_WRITTEN.items()]),
        "",
        "Encodings are UTF-8, UTF-16 and Windows-1252; separators are comma, semicolon, tab and "
        "vertical bar. What could be read two ways is not guessed at: it is refused, or a finding, that says "
        "what would settle it. A second header row in another order and rows separated otherwise than their "
        "header row refuse the file; parts of a row that a line break tore (`rows_torn`), and a line of one "
        "cell that does not look as the ids of its column (`line_is_no_row`), are findings and never rows. "
        "A cell of a row with more cells than the header row is read where no other can have moved under its "
        "heading, and is a finding else (`cells_out_of_place`); so is an id, a code or a date with a sign of "
        "which bytes are lost (`signs_damaged`).",
    ]


def _return(fmt: ReturnFormat, catalogue: Sequence[Row]) -> str:
    fields = [(f"`{f.name}`", _type(f), _needed(f, fmt), ", ".join(f.aliases), f.about) for f in fmt.fields]
    used = [
        row
        for row in catalogue
        if fmt.name in (row["returns_required"] + " " + row["returns_optional"]).split()
    ]
    key = ", ".join(f"`{column}`" for column in fmt.key)
    links = [f"- [{row['title']}](../indicators/{row['indicator_id']}.md)" for row in used]
    return "\n".join(
        [
            f"# `{fmt.name}`",
            "",
            f"{fmt.about} Table `{fmt.source_table}`; one row for each {key}.",
            "",
            *_table(("Column", "Type", "Needed", "Also read as", "What it is"), fields),
            "",
            "[How the file may be named and written](index.md#written): encodings, separators, titles, "
            "totals, words for nothing.",
            "",
            "## What is worked out from it",
            "",
            *(links or ["Nothing by itself."]),
            "",
        ]
    )


def _type(field: Field, returns: str = "") -> str:
    if field.type == "date":
        return f"[{'birth date' if field.is_birth else 'date'}]({returns}index.md#dates)"
    return f"code of [`{field.code_list}`](../codes.md#{field.code_list})" if field.code_list else field.type


def _needed(field: Field, fmt: ReturnFormat) -> str:
    return "key" if field.name in fmt.key else "yes" if field.required else ""


def _codes() -> str:
    lines = ["# Code lists", "", "What each code means, and the other spellings that are read as it.", ""]
    lists: dict[str, list[tuple[str, str, str]]] = {}
    for row in _seed("code_lists"):
        spelt = row["aliases"].replace("|", ", ")
        lists.setdefault(row["list"], []).append((f"`{row['code']}`", row["label"], spelt))
    for name, rows in lists.items():
        lines += [f"## `{name}` {{ #{name} }}", "", *_table(("Code", "Meaning", "Also read as"), rows), ""]
    return "\n".join(lines)


def _rules() -> str:
    lines = [
        "# Quality rules",
        "",
        "What each month's newest returns are asked. A rule that holds figures "
        "withholds its authority once more than the share beside it breaks it; one that warns is told, and "
        "changes nothing. The last column has DfE's own codes of the rule.",
    ]
    areas: dict[str, list[tuple[str, ...]]] = {}
    for row in _seed("quality_rules"):
        effect = row["effect"] + (f" ({row['ground'].replace('_', ' ')})" if row["ground"] else "")
        told = (f"`{row['rule_id']}`", row["sentence"], effect, row["fix"], row["dfe_codes"])
        areas.setdefault(row["area"] or "Figures", []).append(told)
    headings = ("Rule", "What it asks", "Effect", "What to do", "DfE")
    for area, rules in areas.items():
        lines += ["", f"## {area}", "", *_table(headings, rules)]
    return "\n".join(lines) + "\n"


def _dictionary() -> str:
    lines = [
        "# Data dictionary",
        "",
        "Every table of a release. The same words stand as comments on the tables and columns of "
        "`marts.duckdb` and of a copy in PostgreSQL, where a BI tool shows them. Units and polarity stand in "
        "`dim_indicator`, one join away by `indicator_id`.",
        "",
    ]
    for mart in sorted(_marts(), key=lambda m: m["name"]):
        rows = [(f"`{c['name']}`", c["data_type"], c["description"]) for c in mart["columns"].values()]
        lines += [f"## `{mart['name']}`", "", mart["description"], ""]
        lines += [*_table(("Column", "Type", "What it is"), rows), ""]
    return "\n".join(lines)


def _marts() -> Iterator[dict[str, Any]]:
    """The models that a release holds, as dbt has read them: those with a contract, doc blocks filled in."""
    for node in json.loads(manifest_path().read_text(encoding="utf-8"))["nodes"].values():
        if node["resource_type"] == "model" and node["contract"]["enforced"]:
            yield node


def _commands() -> str:
    from orchestration.cli import main

    lines = ["# Commands", "", "What `line-of-sight --help` and each command's `--help` print.", ""]
    for words, command in _each_command("line-of-sight", main):
        context = click.Context(command, info_name=words, terminal_width=100, max_content_width=100)
        lines += [f"## `{words}`", "", "```text", command.get_help(context), "```", ""]
    return "\n".join(lines)


def _each_command(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in sorted(command.commands.items()):
            yield from _each_command(f"{words} {name}", inner)


def _sent() -> list[str]:
    return [name for name, fmt in load_formats().items() if not fmt.is_reference]


def _kept() -> dict[str, ReturnFormat]:
    """The files of reference/ that have a declared format, by name."""
    return {fmt.name: fmt for fmt in declared_files().values()}


def _seed(name: str) -> list[dict[str, str]]:
    with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"

    return [line(headings), "|" + "---|" * len(headings), *(line(row) for row in rows)]


def _title(path: Path) -> str:
    return path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")


def _filled(entry: Any, places: Mapping[str, Any]) -> Any:
    if isinstance(entry, dict):
        return {
            k: places[v[1:-1]] if isinstance(v, str) and v.startswith("<") else v for k, v in entry.items()
        }
    return entry
