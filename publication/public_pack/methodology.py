"""The data dictionary, and a page for each indicator on how it is counted and what the pack does with it."""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from publication.public_pack.disclosure import design, relations

HOW = {
    "stock": "Counted on a month's last day. With the starts it tells the ends, which are protected too.",
    "starts": "Counted by month. With the stock it tells the ends, which are protected too.",
    "count": "Counted by month, or on its last day.",
    "breakdown": "Printed at the ends of quarters, for authorities, as a percentage of the total.",
    "share": "A percentage. Hidden where either half is 1 to 5, where it is of fewer than 6, and where it is "
    "0% or 100% of fewer than 11.",
    "ratio": "One count over another. Hidden where either is hidden or below 6.",
    "rate": "Made from the count as printed; hidden where that is, or one of its months.",
    "average": "Hidden where it is of fewer than 6.",
    "measure": "Hidden from above nothing to below 6 where people are counted.",
    "ghost": "Not printed. Protected all the same: a subtraction would tell it.",
    "withheld": "Not printed.",
}
ROUNDING = (
    "Counts of authorities are exact; those of regions and England are rounded to the nearest 10, and their "
    "percentages and rates are made from the rounded counts. The figure of a region, or of England, is given "
    "where all of its authorities answered. Percentages, rates and averages have one place, "
    "rounded half away from zero. "
    "Quarters and the year to date are sums of months, shown where every month is."
)


def write(
    folder: Path,
    indicators: pd.DataFrame,
    columns: Mapping[str, str],
    statuses: Mapping[str, str],
    tables: Mapping[str, str],
) -> None:
    """`dictionary.md`, and `methodology/<indicator>.md` for every indicator of the catalogue."""
    lines = ["# Data dictionary", "", ROUNDING, ""]
    lines += [f"{_and(new)} took over from {_and(old)}." for old, new in design.successions()]
    lines += ["", "| Table | What it holds |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in tables.items()]
    lines += ["", "| Column of figures | Meaning |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in columns.items()]
    lines += ["", "| Status | Meaning |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in statuses.items()]
    lines += ["", "| Indicator | Title | Unit | In the pack as |", "|---|---|---|---|"]
    lines += [f"| {i.indicator_id} | {i.title} | {i.unit} | {i.role} |" for i in indicators.itertuples()]
    (folder / "dictionary.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for about in indicators.to_dict("records"):
        page = folder / "methodology" / f"{about['indicator_id']}.md"
        page.write_text(_page(about), encoding="utf-8")


def tied_to_in_words(indicator_id: str, bases: str) -> list[str]:
    """Every relation that an indicator stands in, a line each: what protection reckons with."""
    lines = []
    for relation in relations.tied_to(indicator_id):
        because = f" {relation.because}" if relation.because else ""
        lines.append(f"`{_sum(relation)}`: {relations.IN_WORDS[relation.kind]}.{because}")
        if relation.kind in relations.STEPS and relation.indicator_id == indicator_id:
            lines.append("Where months in between are missing, the same over all of them together.")
            lines.append(
                "In the first month of authorities that took over from others, the month before is theirs."
            )
    role = design.roles()[indicator_id].role
    if role in design.PRINTED:
        if "year_to_date" in bases.split():
            lines.append("Quarters and the year to date are the sums of their months.")
        if role in design.ADDED_UP:
            lines.append("Regions and England are the sums of their authorities, to the nearest 10.")
        if role in design.COUNTS:
            lines.append(
                "Of a month that authorities and those they took over from both gave, it is the same."
            )
        lines.append("Each pack: an earlier figure of the same period is the same figure known earlier.")
    return lines


def _and(codes: Sequence[str]) -> str:
    return " and ".join(codes)


def _sum(relation: relations.Relation) -> str:
    """A relation as a sum of named figures between its bounds; .d is a figure's denominator."""
    least, most = relation.least, relation.most
    if least == most:
        return f"{relation.written} = {least:g}"
    below = f"{least:g} <= " if least > float("-inf") else ""
    above = f" <= {most:g}" if most < float("inf") else ""
    return f"{below}{relation.written}{above}"


def _page(about: Mapping[Hashable, Any]) -> str:
    role = design.roles()[str(about["indicator_id"])]
    tied = ", ".join(role.hangs_on)
    name = str(about["indicator_id"])
    relations_of = "\n".join(f"- {line}" for line in tied_to_in_words(name, str(about["bases"])))
    parts = [
        f"# {about['title']}",
        f"`{about['indicator_id']}`: {about['area']}; {about['unit']}, counting each {about['count_unit']}.",
        f"**Numerator.** {about['numerator_rule']}",
        f"**Denominator.** {about['denominator_rule']}",
        f"**In the public pack.** {HOW[role.role]} {role.reason}".rstrip(),
        f"**Hidden with.** {tied}" if tied else "",
        f"**Tied to.**\n\n{relations_of}" if relations_of else "",
        f"**Decided.** {about['decision_note']}" if isinstance(about["decision_note"], str) else "",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
