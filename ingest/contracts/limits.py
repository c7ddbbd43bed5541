"""What one file may hold, by its kind: one table, looked at before the file is read."""

import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from ingest.contracts.findings import RejectedFileError

HOME = Path(__file__).with_suffix(".yml")
OWN = "LINE_OF_SIGHT_LIMITS"  # names a file with the numbers that a council has changed
SEPARATORS = (b",", b";", b"\t", b"|")
PIECE = 1 << 18  # bytes: small enough to stay near the processor
LINE_ENDS = re.compile(rb"[\r\n]+")
HEAD_BYTES = 1 << 20
HEADINGS_WITHIN = 50  # lines: titles may stand above them
READ_IN_PARTS = "json"
IN_WORDS = {
    "partial_bytes": "bytes in partial payloads",
    "unpacked_bytes": "bytes when unpacked",
    "cells": "cells (rows times columns)",
}


class InvalidLimitsError(ValueError):
    """The limits cannot be read; the message says where."""


@cache
def limits() -> Mapping[str, Mapping[str, int]]:
    """Every limit, by kind of file. Raises InvalidLimitsError."""
    every: dict[str, dict[str, int]] = yaml.safe_load(HOME.read_text(encoding="utf-8"))
    if own := os.environ.get(OWN):
        try:
            said = yaml.safe_load(Path(own).read_text(encoding="utf-8")) or {}
            changed = [(kind, what, n) for kind, of_kind in said.items() for what, n in of_kind.items()]
        except (OSError, yaml.YAMLError, AttributeError):
            raise InvalidLimitsError(f"the limits in {own} cannot be read") from None
        for kind, what, number in changed:
            if what not in every.get(kind, {}) or not isinstance(number, int) or number < 1:
                raise InvalidLimitsError(f"{own}: {kind}, {what} is no limit; those are in {HOME.name}")
            every[kind][what] = number
    return every


def limit(kind: str, what: str) -> int:
    """One limit."""
    return limits()[kind][what]


def most_bytes() -> int:
    """No file of any kind that is read whole is larger."""
    return max(
        of_kind["bytes"] for kind, of_kind in limits().items() if "bytes" in of_kind and kind != READ_IN_PARTS
    )


def check(kind: str, **held: int) -> None:
    """Refuse a file of this kind that holds more than it may. Raises RejectedFileError."""
    for what, count in held.items():
        if count > (most := limit(kind, what)):
            raise RejectedFileError(
                f"it holds {count:,} {IN_WORDS.get(what, what)}, and {most:,} is the most that is taken; "
                "send what the month needs, or ask whoever runs Line of Sight to raise the limit"
            )


def check_text(data: bytes) -> int:
    """Refuse rows of separated cells before any is read, in whatever encoding; how many.

    Raises RejectedFileError.
    """
    check("csv", bytes=len(data))
    rows = occurrences(data, "\n")
    if b"\r" in data:
        rows += occurrences(data, "\r") - data.count(b"\r\n")
    check("csv", rows=rows)
    top = LINE_ENDS.split(data[:HEAD_BYTES], maxsplit=HEADINGS_WITHIN)
    if len(top) <= HEADINGS_WITHIN and len(data) > HEAD_BYTES:  # lines so long that all must be copied
        top = LINE_ENDS.split(data, maxsplit=HEADINGS_WITHIN)
    most = max(line.count(sign) for line in top[:HEADINGS_WITHIN] for sign in SEPARATORS)
    check("csv", columns=1 + most)
    return rows


def occurrences(data: bytes, sign: str) -> int:
    """How often a sign of ASCII stands in a file. numpy is quicker than bytes.count where it is common."""
    held = np.frombuffer(data, np.uint8)
    return sum(int(np.count_nonzero(held[i : i + PIECE] == ord(sign))) for i in range(0, len(held), PIECE))
