"""Bounds that a council has set for itself, put into the suites of one refresh. See reporting.yml."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from ingest.contracts.reporting_policy import OwnBound


class InvalidBoundError(ValueError):
    """A bound of one's own that no suite has a place for; the message says which."""


def with_own_bounds(
    suites: Mapping[str, dict[str, Any]], bounds: Iterable[OwnBound]
) -> dict[str, dict[str, Any]]:
    """The suites that change, by name: a bound that holds figures leaves the council's return to its own.

    Measures tell whose they are in the column `whose`: Great Expectations takes no "or" within an "and".
    Raises InvalidBoundError where nothing that holds figures judges the ground.
    """
    changed: dict[str, dict[str, Any]] = {}
    for bound in bounds:
        found = [
            (name, number)
            for name in (bound.return_name, "measures")
            for number, said in enumerate(suites[name]["expectations"])
            if said["severity"] == "critical"
            and said["meta"].get("ground") == bound.ground
            and said["kwargs"].get("column") in ("measured", bound.ground)
            and "max_value" in said["kwargs"]
        ]
        if not found:
            raise InvalidBoundError(
                f"reporting.yml: no suite has a bound for {bound.ground} of {bound.return_name}"
            )
        for name, number in found:
            suite = changed.setdefault(name, deepcopy(suites[name]))
            for_others = suite["expectations"][number]
            own = deepcopy(for_others)
            own["kwargs"]["max_value"] = bound.bound
            own["meta"]["check"] = f"{own['meta']['check']}_of_{bound.la_code}_{bound.return_name}"
            own["notes"] = (
                f"{own['notes']} Bound of authority {bound.la_code} for {bound.return_name} until "
                f"{bound.until_month}, set by {bound.set_by}: {bound.reason}"
            )
            _narrow(own, "==", f"{bound.la_code} {bound.return_name}")
            _narrow(for_others, "!=", f"{bound.la_code} {bound.return_name}")
            suite["expectations"].append(own)
    return changed


def _narrow(expectation: dict[str, Any], operator: str, whose: str) -> None:
    before = expectation["kwargs"].get("row_condition")
    added = {"type": "comparison", "column": {"name": "whose"}, "operator": operator, "parameter": whose}
    expectation["kwargs"]["row_condition"] = (
        {"type": "and", "conditions": [before, added]} if before else added
    )
