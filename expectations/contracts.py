"""Make each return's suite from its contract.

    python -m expectations.contracts    adds a suite for every return that has none, and never changes a bound

A suite that is there keeps its bounds: they are a person's to change. Only the fields that it knows of follow
the contract.
"""

import json
from pathlib import Path
from typing import Any

from ingest.contracts.return_schema import ReturnFormat, submitted_formats

SUITES = Path(__file__).parent / "suites"
BOUND, LEAST = 0.05, 2  # ../spec: over 5 % and at least 2


def suite_of(fmt: ReturnFormat) -> dict[str, Any]:
    """The suite that a return starts with, as Great Expectations keeps it."""
    names = sorted(f.name for f in fmt.fields)
    required = ", ".join(fmt.must_fill)
    expectations = [
        {
            "type": "expect_column_values_to_be_in_set",
            "kwargs": {"column": "field_name", "value_set": ["*", *names]},
            "severity": "critical",
            "notes": "What was measured is a field of the contract.",
            "meta": {"check": "fields_known", "ground": "values_unread"},
        },
        _at_most(
            "rows_unread",
            BOUND,
            f"A row has its key and required cells ({required}); k left out of n can move a figure by k/n.",
        ),
        _at_most(
            "values_unread",
            BOUND,
            "A cell reads as its type, a code as one of its list; k unread of n can move a figure by k/n.",
        ),
        {
            "type": "expect_column_values_to_not_be_in_set",
            "kwargs": {"column": "ground", "value_set": ["order_of_dates_unsure"]},
            "severity": "warning",
            "notes": "No column holds evidence of two orders of day and month.",
            "meta": {"check": "order_of_dates_sure", "ground": "order_of_dates_unsure"},
        },
        _at_most(
            "keys_repeated",
            BOUND,
            f"A record ({', '.join(fmt.key)}) has one row; of several that differ the last was kept.",
            severity="warning",
        ),
    ]
    if fmt.event_date:
        sentence = f"{fmt.event_date} is from 1950 to the month's end: the extract is as at its last day."
        expectations.append(_at_most("dates_outside", BOUND, sentence, severity="warning"))
    return {"name": fmt.name, "expectations": expectations}


def _at_most(ground: str, bound: float, sentence: str, severity: str = "critical") -> dict[str, Any]:
    """A bound on the measures of one ground: they are in a column of its name (measures.by_ground)."""
    return {
        "type": "expect_column_values_to_be_between",
        "kwargs": {
            "column": ground,
            "max_value": bound,
            "row_condition": {
                "type": "comparison",
                "column": {"name": "counted"},
                "operator": ">=",
                "parameter": LEAST,
            },
        },
        "severity": severity,
        "notes": sentence,
        "meta": {"check": ground, "ground": ground},
    }


def write_suites(folder: Path = SUITES) -> list[str]:
    """Write the suites that are missing, and the fields of the others; returns the names written."""
    written = []
    for name, fmt in submitted_formats().items():
        path = folder / f"{name}.json"
        made = suite_of(fmt)
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            known = made["expectations"][0]
            rest = [e for e in kept["expectations"] if e["meta"]["check"] != "fields_known"]
            made = kept | {"expectations": [known, *rest]}
        text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            written.append(name)
    return written


if __name__ == "__main__":
    print("\n".join(write_suites()) or "every return has its suite")
